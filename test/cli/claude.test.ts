import { quickTests } from './quick-tests.ts';

quickTests('claude');
