import type { Candidate, Project } from '../project.ts';
import { assumed } from './assumed.ts';

const GRADLE_BUILDS = [
  'build.gradle',
  'build.gradle.kts',
  'settings.gradle',
  'settings.gradle.kts',
];

/** Gradle's `check` runs the tests and whatever checks plugins add. The project's own wrapper, where there is one. */
export async function gradleGates({ paths }: Project): Promise<Candidate[]> {
  const file = GRADLE_BUILDS.find((path) => paths.has(path));
  if (file === undefined) return [];
  const gradle = paths.has('gradlew') ? './gradlew' : 'gradle';
  return [
    { ...assumed('test', `${gradle} check --console=plain`, file), kind: 'test' },
    assumed('build', `${gradle} assemble --console=plain`, file),
  ];
}

/** Maven's `verify` compiles, tests, and runs the checks that are bound to it. */
export async function mavenGates({ paths }: Project): Promise<Candidate[]> {
  if (!paths.has('pom.xml')) return [];
  const maven = paths.has('mvnw') ? './mvnw' : 'mvn';
  return [{ ...assumed('test', `${maven} --batch-mode verify`, 'pom.xml'), kind: 'test' }];
}
