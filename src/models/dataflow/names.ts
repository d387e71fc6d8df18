/** A column that says when: as an index, or as the key of a sort, it puts rows in time. */
const TIME_NAME =
  /^(date|datetime|date_?time|time|timestamp|time_?stamp|ts|ds|day|week|month|year|hour|quarter|period|dt|as_?of|valid_from|event_time|open_?time|trade_?date|trading_?day)$|(^|[_ ])(date|datetime|timestamp|time|ts|at|dt|day|month|week)$|^(date|time|datetime|timestamp)[_ ]|[a-z](Date|Time|Timestamp)$/i;

export const isTimeName = (name: string): boolean => TIME_NAME.test(name);

/** A part of a date: known for every row in advance, so nothing can be learnt from it. */
export const isCalendarName = (name: string): boolean =>
  /^(second|minute|hour|day|week|month|quarter)s?_?(of|in|from|since)_?[a-z_]+$|^(hour|day|weekday|week|month|quarter|year)$/i.test(
    name,
  );

/** A column that is what a model is to say: it may look ahead. */
const TARGET_NAME =
  /(^|[_\W\d])(targets?|tgt|labels?|y|outcomes?|tomorrow|next|future|fut|fwd|forward|horizon|response|prediction|forecast|ground_?truth|truth|actual)($|[_\W\d])|^(next|future|target|label|fwd)[A-Z]|(Target|Label|Tomorrow|Next|Future)$|t\+\d/i;

export const isTargetName = (name: string): boolean => TARGET_NAME.test(name);

/** A variable that holds a model's input. */
export const isFeatureVariable = (name: string): boolean =>
  /^(X|X_\w+|x_(train|all|full|data)|features|feature_matrix|df_features|features_df)$/.test(name);

/** A list of a model's input columns. */
export const isFeatureList = (name: string): boolean =>
  /^(features?|feature_?(cols?|columns|names|list|set)|predictors?|input_?(cols?|columns|features)|x_?(cols?|columns|vars)|regressors|model_features|all_features|numeric_features|exog_?(cols|columns|vars)?)$/i.test(
    name,
  );

/** A function whose work is to make a model's input. */
export const makesFeatures = (name: string): boolean =>
  /feature|indicator|predictor/i.test(name) && !/target|label|plot|select|importance|name|column/i.test(name);
