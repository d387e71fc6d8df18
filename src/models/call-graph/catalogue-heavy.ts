import type { BlockingGroup } from './catalogue.js';

const PREDICT =
  'predict|predict_proba|predict_log_proba|transform|inverse_transform|decision_function|score|score_samples|predict_on_batch';

/** Work that holds the thread with computation: model inference, and dataframes beyond a few rows. */
export const HEAVY: readonly BlockingGroup[] = [
  {
    category: 'inference',
    names: `h2o.estimators.**.predict|predict_leaf_node_assignment|predict_contributions|staged_predict_proba|score h2o.automl.H2OAutoML.predict|explain_row h2o.load_model().predict|predict_contributions h2o.get_model().predict|predict_contributions h2o.import_mojo().predict h2o.upload_mojo().predict h2o.upload_model().predict
      h2o.mojo_predict_pandas|mojo_predict_csv h2o.utils.shared_utils.mojo_predict_pandas|mojo_predict_csv h2o.H2OFrame.predict h2o.estimators.generic.H2OGenericEstimator.from_file().predict
      EasyPredictModelWrapper.predict* hex.genmodel.easy.EasyPredictModelWrapper.predict* **.EasyPredictModelWrapper.* daimojo.model.predict daimojo.model().predict h2o_mojo.**.predict h2o_pysparkling_2_4.**.predict`,
    instead: 'await loop.run_in_executor(pool, model.predict, frame)',
    source: 'https://docs.h2o.ai/h2o/latest-stable/h2o-docs/mojo-quickstart.html',
  },
  {
    category: 'inference',
    names: `sklearn.***.${PREDICT} joblib.load().${PREDICT} pickle.load().${PREDICT} pickle.loads().${PREDICT} cloudpickle.load().${PREDICT} dill.load().${PREDICT} skops.io.load().${PREDICT}
      xgboost.Booster.predict|inplace_predict xgboost.XGB*.predict|predict_proba lightgbm.Booster.predict lightgbm.LGBM*.predict|predict_proba catboost.CatBoost*.predict|predict_proba
      mlflow.pyfunc.load_model().predict mlflow.pyfunc.PyFuncModel.predict mlflow.sklearn.load_model().${PREDICT} mlflow.xgboost.load_model().predict mlflow.h2o.load_model().predict mlflow.lightgbm.load_model().predict statsmodels.***.predict prophet.Prophet.predict surprise.**.predict implicit.**.recommend treelite_runtime.Predictor.predict pycaret.**.predict_model autogluon.tabular.TabularPredictor.predict|predict_proba flaml.AutoML.predict|predict_proba fastai.**.load_learner().predict|get_preds mlflow.*.load_model().${PREDICT}|__call__ pmdarima.**.predict darts.models.**.predict sktime.**.predict lightfm.LightFM.predict detoxify.Detoxify.predict bertopic.BERTopic.transform keybert.KeyBERT.extract_keywords`,
    instead: 'await loop.run_in_executor(pool, model.predict, rows) with a process pool or a bounded thread pool',
    source: 'https://fastapi.tiangolo.com/async/#very-technical-details',
  },
  {
    category: 'inference',
    names: `onnxruntime.InferenceSession.run|run_with_iobinding torch.nn.Module.__call__|forward|generate torch.jit.load().__call__|forward torch.jit.ScriptModule.__call__ torch.load().__call__|forward torch.hub.load().__call__ torch.compile().__call__ torchvision.models.*().__call__ torch.nn.**.__call__
      tensorflow.keras.models.load_model().predict|__call__|predict_on_batch tensorflow.keras.Model.predict|__call__|predict_on_batch tensorflow.keras.Sequential.predict|__call__ tensorflow.saved_model.load().__call__ keras.models.load_model().predict|__call__|predict_on_batch keras.saving.load_model().predict keras.Model.predict|__call__ tensorflow.lite.Interpreter.invoke tflite_runtime.interpreter.Interpreter.invoke openvino.***.infer openvino.***.compile_model().__call__`,
    instead: 'await asyncio.to_thread(session.run, …), or a model server',
    source: 'https://onnxruntime.ai/docs/api/python/api_summary.html',
  },
  {
    category: 'inference',
    names: `transformers.pipeline().__call__ transformers.pipelines.**.__call__ transformers.*Model*.generate|__call__ transformers.Auto*.generate|__call__ transformers.AutoModel.generate|__call__ transformers.PreTrainedModel.generate|__call__ diffusers.**.__call__
      sentence_transformers.SentenceTransformer.encode|encode_multi_process sentence_transformers.CrossEncoder.predict|rank sentence_transformers.cross_encoder.CrossEncoder.predict|rank FlagEmbedding.**.encode|compute_score fastembed.TextEmbedding.embed
      spacy.load().__call__|pipe spacy.language.Language.__call__|pipe whisper.load_model().transcribe whisper.transcribe faster_whisper.WhisperModel.transcribe ultralytics.YOLO.__call__|predict|track easyocr.Reader.readtext docling.document_converter.DocumentConverter.convert|convert_all paddleocr.PaddleOCR.ocr pytesseract.image_to_string|image_to_data vllm.LLM.generate|chat|encode llama_cpp.Llama.__call__|create_chat_completion|create_completion ctransformers.AutoModelForCausalLM.__call__ gensim.models.**.infer_vector|most_similar fasttext.load_model().predict face_recognition.face_encodings|face_locations insightface.app.FaceAnalysis.get deepface.DeepFace.verify|analyze|represent|find stanza.Pipeline.__call__ flair.models.**.predict gpt4all.GPT4All.generate ctranslate2.Translator.translate_batch ctranslate2.Generator.generate_batch llama_cpp.Llama.create_embedding|embed|generate presidio_analyzer.AnalyzerEngine.analyze peft.*.generate pytorch_lightning.LightningModule.__call__ lightning.LightningModule.__call__ kokoro.KPipeline.__call__ TTS.api.TTS.tts|tts_to_file nemo.***.transcribe`,
    // They prepare a model's input; that is text and array work of a millisecond.
    except: `transformers.*Tokenizer*.__call__ transformers.AutoTokenizer.__call__ transformers.AutoProcessor.__call__ transformers.AutoFeatureExtractor.__call__ transformers.AutoImageProcessor.__call__ transformers.AutoConfig.__call__`,
    instead: 'await asyncio.to_thread(…), or a model server',
    source: 'https://huggingface.co/docs/transformers/pipeline_webserver',
  },
  {
    category: 'dataframe',
    names: `pandas.read_* pandas.DataFrame.merge|join|sort_values|sort_index|pivot|pivot_table|melt|iterrows|itertuples|apply|applymap|corr|cov|describe|drop_duplicates|explode|interpolate|resample|rolling|to_csv|to_parquet|to_excel|to_sql|to_feather|to_json|to_hdf|to_pickle|transform|stack|unstack|to_html
      pandas.DataFrame.groupby().* pandas.DataFrame.groupby().[].* pandas.DataFrame.rolling().* pandas.Series.apply|sort_values|value_counts|unique|rolling|map|to_csv pandas.merge|concat|pivot_table|merge_asof|crosstab|get_dummies|json_normalize pandas.ExcelFile pandas.ExcelFile.parse pandas.ExcelWriter`,
    except: 'pandas.read_json().empty',
    instead: 'await asyncio.to_thread(…), or do it outside the request',
    source: 'https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code',
  },
  {
    category: 'dataframe',
    names: `polars.read_* polars.LazyFrame.collect|sink_parquet|sink_csv|fetch polars.DataFrame.join|sort|pivot|unpivot|write_*|map_rows|iter_rows|sql|unique polars.DataFrame.group_by().* polars.concat dask.dataframe.***.compute pyarrow.parquet.read_table|write_table pyarrow.csv.read_csv pyarrow.dataset.dataset().to_table
      numpy.linalg.* numpy.fft.* scipy.**.minimize|solve|fit|linkage|curve_fit|cdist|pdist scipy.linalg.* numpy.genfromtxt`,
    except: 'numpy.linalg.norm numpy.linalg.LinAlgError',
    instead: 'await asyncio.to_thread(…), or do it outside the request',
    source: 'https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code',
  },
  {
    category: 'dataframe',
    names: `sklearn.***.fit|fit_transform|fit_predict|partial_fit sklearn.model_selection.cross_val_score|train_test_split|cross_validate sklearn.metrics.pairwise.cosine_similarity|pairwise_distances xgboost.train|cv xgboost.XGB*.fit lightgbm.train|cv lightgbm.LGBM*.fit catboost.CatBoost*.fit statsmodels.**.fit prophet.Prophet.fit tensorflow.keras.**.fit keras.**.fit torch.optim.**.step shap.**.shap_values umap.UMAP.fit_transform lifelines.**.fit lifelines.**.predict_survival_function|predict_partial_hazard|predict_median pycaret.**.setup|compare_models|create_model|tune_model autogluon.tabular.TabularPredictor.fit evidently.report.Report.run evidently.Report.run evidently.test_suite.TestSuite.run joblib.Parallel.__call__ lime.**.explain_instance shap.*Explainer.__call__ bertopic.BERTopic.fit_transform|fit dask.compute hdbscan.HDBSCAN.fit hdbscan.HDBSCAN.fit_predict`,
    instead: 'a worker process or a job queue',
    source: 'https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code',
  },
];
