/** Stands for the pull request's description where a finding's location needs a path: no file can have this name in a review. */
export const DESCRIPTION_PATH = '(pull request description)';
