import { arg, step } from './machine.js';
import type { Invocation, Machine } from './machine.js';
import { reportFittedInTraining, useAsFeatures } from './features.js';
import { isCalendar, selectColumns } from './frames.js';
import { isForwardSplitter, isRandomSplitter, judgeFolds, randomParts, splitterSplit } from './splits.js';
import { addMarks, dataIn, derive, isData, list, newData, textOf, textsOf } from './values.js';
import type { Data, Mark, ObjectValue, Value } from './values.js';

/** Steps that learn from the rows they are fitted on. */
const LEARNS =
  /(Scaler|TargetEncoder|CountEncoder|CatBoostEncoder|LeaveOneOutEncoder|WOEEncoder|JamesSteinEncoder|Imputer|KBinsDiscretizer|PowerTransformer|QuantileTransformer|PCA|SVD|NMF|FastICA|FactorAnalysis|SelectKBest|SelectPercentile|SelectFromModel|SequentialFeatureSelector|RFE|RFECV|CountVectorizer|TfidfVectorizer|TfidfTransformer|DataFrameMapper|Standardizer|UMAP|KernelPCA|VarianceThreshold|LatentDirichletAllocation)$/;
/** Steps that look at one row at a time, or only name the categories. */
const HARMLESS =
  /(Normalizer|PolynomialFeatures|HashingVectorizer|FunctionTransformer|Binarizer|LabelEncoder|OneHotEncoder|OrdinalEncoder|LabelBinarizer)$/;
const SEARCH =
  /(GridSearchCV|RandomizedSearchCV|HalvingGridSearchCV|HalvingRandomSearchCV|BayesSearchCV|OptunaSearchCV)$/;
const CROSS_VALIDATED = /(LassoCV|RidgeCV|ElasticNetCV|LogisticRegressionCV|LassoLarsCV|CalibratedClassifierCV)$/;

const shortName = (type: string): string => type.split('.').at(-1) ?? type;

/** Methods of estimators, transformers, splitters; undefined for a method that is none of these. */
export function estimatorMethod(
  machine: Machine,
  object: ObjectValue | undefined,
  name: string,
  call: Invocation,
  receiver?: Data,
): Value | undefined {
  if (name === 'fit' || name === 'partial_fit') return fit(machine, object, call) ?? object ?? receiver;
  if (name === 'fit_transform') return fitTransform(machine, object, call);
  if (name === 'transform' && object) return transform(machine, object, call);
  if (name === 'fit_resample' || name === 'fit_sample') return resample(machine, call);
  if (name === 'split' && object && (isForwardSplitter(object.type) || isRandomSplitter(object.type)))
    return splitterSplit(machine, object, call);
  if (name === 'train' && call.keywords.has('training_frame')) return trainH2o(machine, object, call);
  if (name === 'split_frame' && receiver) return randomParts(machine, receiver, call, 'split_frame');
  if (name === 'randomSplit' && receiver) return randomParts(machine, receiver, call, 'randomSplit');
  if (name === 'predict' || name === 'predict_proba' || name === 'score') return judged(machine, object, call);
  return undefined;
}

function fit(machine: Machine, object: ObjectValue | undefined, call: Invocation): Value | undefined {
  const features = dataIn(arg(call, 0, 'X', 'x'))[0];
  if (!features) return object;
  const type = object ? shortName(object.type) : '';
  if (object) object.fitted = { data: features, place: call.place };
  if (LEARNS.test(type) || HARMLESS.test(type)) return object;
  const target = dataIn(arg(call, 1, 'y'))[0];
  const use = type ? `${type}.fit` : 'fit';
  if (!target && !call.keywords.has('eval_set')) return object;
  useAsFeatures(machine, features, target, call.place, use);
  reportFittedInTraining(machine, features, call.place, use);
  if (object && (SEARCH.test(type) || CROSS_VALIDATED.test(type))) {
    judgeFolds(machine, [features], object.keywords.get('cv'), object.place, type, 'warn');
  }
  if (SEARCH.test(type) && features.part?.side === 'test') tuned(machine, call, `${type} is fitted on the test rows`);
  if (object) watchEarlyStopping(object, call);
  return object;
}

function tuned(machine: Machine, call: Invocation, message: string): void {
  machine.emit({ rule: 'tuned-on-test', at: call.place, message, trace: [step(call.place, message)] });
}

/** Early stopping picks the number of rounds by these rows; what is measured on them afterwards flatters. */
function watchEarlyStopping(object: ObjectValue, call: Invocation): void {
  const stops = [...call.keywords.keys(), ...object.keywords.keys()].includes('early_stopping_rounds');
  const watched = dataIn(call.keywords.get('eval_set'))[0];
  if (stops && watched?.part?.side === 'test')
    object.attributes.set('\u0000watched', derive(watched, { pending: undefined }));
}

function judged(machine: Machine, object: ObjectValue | undefined, call: Invocation): Value {
  const rows = dataIn(arg(call, 0, 'X', 'data'))[0];
  const watched = object?.attributes.get('\u0000watched');
  if (
    rows?.part &&
    isData(watched) &&
    watched.part?.split === rows.part.split &&
    rows.part.side === 'test' &&
    object?.fitted
  ) {
    machine.emit({
      rule: 'tuned-on-test',
      at: object.fitted.place,
      message: 'early stopping watches the same rows that the model is judged on afterwards',
      trace: [step(object.fitted.place, 'eval_set with early stopping'), step(call.place, 'judged on the same rows')],
    });
  }
  return newData({ part: rows?.part, time: rows?.time });
}

/** What a fitted step does to rows: harmless when it learnt from training rows alone. */
function learnt(machine: Machine, object: ObjectValue | undefined, from: Data, call: Invocation): readonly Mark[] {
  const type = object ? shortName(object.type) : '';
  if (HARMLESS.test(type) || from.part || from.extent !== 'table' || isCalendar(from)) return [];
  const name = type || 'a step';
  return [machine.mark('fitted', `${name} is fitted on all rows`, object?.fitted?.place ?? call.place)];
}

function fitTransform(machine: Machine, object: ObjectValue | undefined, call: Invocation): Value {
  const rows = dataIn(arg(call, 0, 'X', 'raw_documents', 'y'))[0] ?? newData();
  const type = object ? shortName(object.type) : '';
  if (object) object.fitted = { data: rows, place: call.place };
  if (rows.part?.side === 'test' && LEARNS.test(type) && !isCalendar(rows)) {
    machine.emit({
      rule: 'fit-on-test',
      at: call.place,
      message: `${type} is fitted on the test rows`,
      trace: [step(rows.part.split, 'the split'), step(call.place, `${type}.fit_transform`)],
    });
  }
  return derive(rows, { name: undefined, marks: addMarks(rows.marks, learnt(machine, object, rows, call)) });
}

function transform(machine: Machine, object: ObjectValue, call: Invocation): Value {
  const rows = dataIn(arg(call, 0, 'X', 'raw_documents', 'y'))[0];
  if (!rows) return newData();
  const source = object.fitted?.data;
  const shares = source && [...source.origins].some((origin) => rows.origins.has(origin));
  const marks = source && shares ? learnt(machine, object, source, call) : [];
  return derive(rows, { name: undefined, marks: addMarks(rows.marks, marks) });
}

function resample(machine: Machine, call: Invocation): Value {
  const inputs = call.args.map((value) => dataIn(value)[0]);
  const outputs = inputs.map((rows) => {
    const known = rows ?? newData();
    const mark = machine.mark('resampled', 'rows are resampled from all rows', call.place);
    return derive(known, { marks: known.part ? known.marks : addMarks(known.marks, [mark]) });
  });
  return list(outputs);
}

/** H2O: `model.train(x=columns, y='target', training_frame=frame)`. */
function trainH2o(machine: Machine, object: ObjectValue | undefined, call: Invocation): Value {
  const frame = dataIn(call.keywords.get('training_frame'))[0];
  if (!frame) return object ?? newData();
  const names = textsOf(arg(call, 0, 'x'));
  const y = textOf(arg(call, 1, 'y'));
  const target = y === undefined ? undefined : derive(frame.columns.get(y) ?? newData(), { name: y });
  const features = names ? selectColumns(frame, names) : derive(frame, { selectionUnknown: call.keywords.has('x') });
  const use = `${object ? shortName(object.type) : 'model'}.train`;
  useAsFeatures(machine, features, target, call.place, use);
  reportFittedInTraining(machine, features, call.place, use);
  return object ?? newData();
}
