/** Where Python projects write down what they install, by usual names. */
export const DEPENDENCY_GLOBS = {
  requirements: [
    '**/*{requirement,Requirement,REQUIREMENT,constraint,Constraint}*.{txt,in,lock,pip}',
    '**/{requirements,requirement,reqs,constraints}/**/*.{txt,in}',
    '**/{reqs,req,pip}{,-*,_*}.txt',
  ],
  pyproject: ['**/pyproject.toml'],
  setupCfg: ['**/setup.cfg'],
  setupPy: ['**/setup.py'],
  pipfile: ['**/Pipfile'],
  conda: ['**/*{environment,conda,Environment}*.{yml,yaml}', '**/*env*.{yml,yaml}'],
  tomlLock: ['**/{poetry,uv,pdm}.lock', '**/pylock*.toml'],
  pipfileLock: ['**/Pipfile.lock'],
  condaLock: ['**/*conda-lock*.{yml,yaml}'],
  ci: [
    '.github/{workflows,actions}/**/*.{yml,yaml}',
    '**/action.{yml,yaml}',
    '**/.gitlab-ci.yml',
    '.circleci/*.{yml,yaml}',
    '**/azure-pipelines*.{yml,yaml}',
    '**/{bitbucket-pipelines,cloudbuild,.travis,appveyor,buildspec}.{yml,yaml}',
  ],
  shell: ['**/*.{sh,bash}'],
} as const;

/** `h2o` in UTF-8 and in either UTF-16, so that the byte search also finds it in a PowerShell-made file. */
export const H2O_NEEDLES = ['h2o', 'H2O', 'h\u00002\u0000o', 'H\u00002\u0000O'] as const;
