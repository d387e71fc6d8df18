import { expect, test } from '@jest/globals';
import { mojoSummary, readMojoArchive } from '../../../src/languages/mojo/index.js';
import { archive } from './support.js';

test('what the model is, what it needs', async () => {
  const text = mojoSummary('churn.zip', await readMojoArchive(archive('gbm-multinomial')));
  expect(text.replace(/on \S+Z/, 'on DATE')).toBe(
    [
      'churn.zip: a MOJO that h2o-genmodel can use',
      '  model       Gradient Boosting Machine, Multinomial',
      '  input       4 features, 3 categorical columns',
      '  response    tier, 3 classes',
      '  trees       12 of 12, 144 splits, 156 leaves',
      '  written by  H2O 3.46.0.11 on DATE',
      '  needs       h2o-genmodel 3.46.0.11 or later (MOJO format 1.40)',
      '  archive     28 entries, 9.3 kB inflated, largest 0.8 kB',
    ].join('\n'),
  );
});

test('what is wrong', async () => {
  const whole = archive('gbm-multinomial');
  const text = mojoSummary('churn.zip', await readMojoArchive(whole.subarray(0, whole.length - 30)));
  expect(text).toContain('churn.zip: NOT usable');
  expect(text).toContain("wrong       the archive at byte 9942: expected a zip archive's end record");
});
