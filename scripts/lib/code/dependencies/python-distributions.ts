/** What is installed under one name in Python is often imported under another. */

/** Import name -> distributions. Taken from the mapping of pipreqs (bndr/pipreqs, pipreqs/mapping) and PyPI's own pages. */
const DISTRIBUTIONS = new Map(
  Object.entries({
    attr: 'attrs',
    bs4: 'beautifulsoup4',
    bson: 'pymongo',
    constraint: 'python-constraint',
    corsheaders: 'django-cors-headers',
    crispy_forms: 'django-crispy-forms',
    crontab: 'python-crontab',
    crypto: 'pycryptodome pycrypto',
    cryptodome: 'pycryptodomex',
    cv2: 'opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless',
    daemon: 'python-daemon',
    dateutil: 'python-dateutil',
    debug_toolbar: 'django-debug-toolbar',
    decouple: 'python-decouple',
    discord: 'discord.py py-cord',
    django_filters: 'django-filter',
    dns: 'dnspython',
    docx: 'python-docx',
    dotenv: 'python-dotenv',
    elftools: 'pyelftools',
    engineio: 'python-engineio',
    environ: 'django-environ',
    fitz: 'PyMuPDF',
    git: 'GitPython',
    github: 'PyGithub',
    gitlab: 'python-gitlab',
    gi: 'PyGObject',
    grpc: 'grpcio',
    jose: 'python-jose',
    jwt: 'PyJWT',
    kafka: 'kafka-python kafka-python-ng',
    ldap: 'python-ldap',
    levenshtein: 'python-Levenshtein',
    magic: 'python-magic',
    memcache: 'python-memcached',
    mpl_toolkits: 'matplotlib',
    multipart: 'python-multipart',
    mysqldb: 'mysqlclient MySQL-python',
    nacl: 'PyNaCl',
    openssl: 'pyOpenSSL',
    opengl: 'PyOpenGL',
    pil: 'pillow',
    pkg_resources: 'setuptools',
    pptx: 'python-pptx',
    psycopg: 'psycopg psycopg-binary',
    psycopg2: 'psycopg2-binary',
    pythoncom: 'pywin32',
    rest_framework: 'djangorestframework',
    serial: 'pyserial',
    skimage: 'scikit-image',
    sklearn: 'scikit-learn',
    slugify: 'python-slugify',
    snappy: 'python-snappy',
    socketio: 'python-socketio',
    socks: 'PySocks',
    telegram: 'python-telegram-bot',
    tensorflow: 'tensorflow-cpu tensorflow-gpu tensorflow-macos',
    usb: 'pyusb',
    websocket: 'websocket-client',
    win32api: 'pywin32',
    win32con: 'pywin32',
    wx: 'wxPython',
    xlib: 'python-xlib',
    yaml: 'PyYAML',
    zmq: 'pyzmq',
  }).map(([name, all]) => [name, all.split(' ').map(normalizedDistribution)] as const),
);

/** Packages that many distributions put their parts into: `google.cloud.storage` is of google-cloud-storage. */
const SHARED = new Set(
  'google azure zope ruamel backports jaraco opentelemetry snowflake sphinxcontrib airflow'.split(
    ' ',
  ),
);

/** Case and the choice of `-`, `_` and `.` make no difference: https://peps.python.org/pep-0503 */
export function normalizedDistribution(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/**
 * Whether an installed distribution may be what an import asks for.
 * @param importName the package at the top or below: `yaml`, `google.cloud.storage`
 */
export function isDistributionOf(importName: string, distribution: string): boolean {
  const [top = ''] = importName.split('.', 1);
  const installed = normalizedDistribution(distribution);
  if (installed === normalizedDistribution(top)) return true;
  if (SHARED.has(top) && isSharedBy(top, installed)) return true;
  return DISTRIBUTIONS.get(top.toLowerCase())?.includes(installed) ?? false;
}

/** Protocol buffers are the one part of google that is not named after it. */
function isSharedBy(top: string, installed: string): boolean {
  return installed.startsWith(`${top}-`) || (top === 'google' && installed === 'protobuf');
}
