import { describeFixtures } from '../../support/describe-fixtures.js';

describeFixtures('scn');
