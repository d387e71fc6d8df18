import type { Dialect } from './facts.js';

/** Words that PostgreSQL has no use for. Each alone is enough when the text does not parse. */
const MARKS: readonly (readonly [Dialect, RegExp])[] = [
  ['clickhouse', /\bENGINE\s*=\s*\w*MergeTree\b|\bLowCardinality\s*\(|\bDateTime64\b|\bON\s+CLUSTER\b/i],
  [
    'mysql',
    /\bENGINE\s*=\s*\w+|\bAUTO_INCREMENT\b|\bUNSIGNED\b|`\w+`\s|\bCHARSET\s*=|\b(LONG|MEDIUM|TINY)(TEXT|BLOB)\b|\bON\s+DUPLICATE\s+KEY\b|^[ \t]*DELIMITER\s/im,
  ],
  [
    'sqlite',
    /\bAUTOINCREMENT\b|^[ \t]*PRAGMA\s+\w|\bWITHOUT\s+ROWID\b|\bsqlite_master\b|\bINSERT\s+OR\s+(IGNORE|REPLACE)\b/im,
  ],
  [
    'mssql',
    /^[ \t]*GO\s*$|\bNVARCHAR\b|\[dbo\]|\bIDENTITY\s*\(\s*\d+\s*,|\bUNIQUEIDENTIFIER\b|\bDATETIME2\b|\bsys\.objects\b|^[ \t]*DECLARE\s+@\w|\bSELECT\s+TOP\s*\(?\d|\b(?:FROM|INTO|TABLE)\s+\[\w+\]/im,
  ],
  ['oracle', /\bVARCHAR2\b|\bNUMBER\s*\(|\bSYSDATE\b|^[ \t]*\/\s*$/im],
  ['bigquery', /`[\w-]+\.[\w-]+(\.[\w-]+)?`|\bSTRUCT\s*<|\bARRAY\s*<|\bINT64\b|\bFLOAT64\b|\bSAFE_CAST\s*\(/i],
  [
    'snowflake',
    /\bVARIANT\b|\bTIMESTAMP_(NTZ|LTZ|TZ)\b|\bCREATE\s+(OR\s+REPLACE\s+)?(STAGE|WAREHOUSE|PIPE)\b|\bCREATE\s+OR\s+REPLACE\s+TABLE\b|^[ \t]*COPY\s+INTO\s+(?:@|\w)[\s\S]*\bFILE_FORMAT\b/im,
  ],
  ['redshift', /\bDISTKEY\b|\bSORTKEY\b|\bDISTSTYLE\b|\bENCODE\s+(zstd|lzo|az64|raw)\b/i],
  ['spark', /\bUSING\s+(DELTA|ICEBERG|PARQUET)\b|\bTBLPROPERTIES\b|\bSTORED\s+AS\s+\w+|\bPARTITIONED\s+BY\b/i],
  ['duckdb', /\bread_(csv|parquet|json)(_auto)?\s*\(|\bHUGEINT\b/i],
];

/** Column types only another database has. A text with one parses as PostgreSQL, and means something else. */
const FOREIGN_TYPES: Readonly<Record<string, Dialect>> = {
  datetime: 'mysql',
  tinyint: 'mysql',
  mediumint: 'mysql',
  tinytext: 'mysql',
  mediumtext: 'mysql',
  longtext: 'mysql',
  blob: 'sqlite',
  nvarchar: 'mssql',
  datetime2: 'mssql',
  uniqueidentifier: 'mssql',
  varchar2: 'oracle',
  clob: 'oracle',
  number: 'oracle',
  int64: 'bigquery',
  float64: 'bigquery',
  variant: 'snowflake',
  timestamp_ntz: 'snowflake',
  timestamp_ltz: 'snowflake',
  hugeint: 'duckdb',
};

/** Only the head of a text is looked at: dumps repeat themselves, and comments and data say nothing. */
const SAMPLE = 40_000;

/** The database whose words a text uses, if it is not PostgreSQL's. Comments and strings are left out. */
export function foreignDialect(text: string): Dialect | undefined {
  const code = stripNoise(text.slice(0, SAMPLE));
  return MARKS.find(([, mark]) => mark.test(code))?.[0];
}

export const foreignType = (type: string): Dialect | undefined => FOREIGN_TYPES[type.replace(/[([].*$/s, '')];

const stripNoise = (text: string): string =>
  text
    .replace(/--[^\n]*/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/'[^'\n]*'/g, "''");
