/// A type of column, and values that are easily lost: as SQL spells them.
struct ColumnType {
    let sql: String
    let values: [String]
    /// Whether a primary key can be made of it.
    var isKeyable = false

    /// Types that cases can use, made once for many cases, in a schema of their own.
    static let definitions = [
        "CREATE SCHEMA types", "SET search_path = types",
        "CREATE TYPE mood AS ENUM ('a', 'B b', 'c\"d,(')",
        "CREATE TYPE \"comp T\" AS (a int, \"b c\" text, d numeric[], e float8)",
        "CREATE TYPE nested AS (one \"comp T\", two mood[])",
        "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
        "CREATE DOMAIN some_text AS text NOT NULL",
        "CREATE DOMAIN domain_of_domain AS positive",
        "CREATE DOMAIN markup AS xml",
        "CREATE TYPE float_range AS RANGE (subtype = float8)",
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE EXTENSION citext", "CREATE EXTENSION hstore", "CREATE EXTENSION ltree",
    ]

    static let sequences = [
        "CREATE SEQUENCE shared_sequence CACHE 3", "CREATE SEQUENCE down INCREMENT -2 MAXVALUE 10 MINVALUE -10 CYCLE",
    ]

    static let texts = [
        "''", "' '", "'a'", "'A'", "'a,b'", "'it''s \"q\"'", "'(x)'", "E'back\\\\slash'", "E'a\\nb\\tc\\r'", "'NULL'",
        "'{}'",
        "'ünï→☃ '", "E'\\u00a0'", "'\"'", "repeat('x', 3000)", "'  lead and trail  '",
    ]

    static let keys = [
        ColumnType(sql: "text", values: texts, isKeyable: true),
        ColumnType(
            sql: "text COLLATE nocase", values: ["'a'", "'A'", "'b'", "'B'", "'ä'", "'Ä'", "''"], isKeyable: true),
        ColumnType(sql: "citext", values: ["'a'", "'A'", "'b'", "'B'", "''"], isKeyable: true),
        ColumnType(sql: "numeric", values: ["1", "1.0", "1.00", "'NaN'", "'Infinity'", "0", "2"], isKeyable: true),
        ColumnType(sql: "float8", values: ["0", "'-0'", "'NaN'", "1", "0.1", "'-Infinity'"], isKeyable: true),
        ColumnType(sql: "int", values: ["1", "2", "3", "4", "-1", "2147483647"], isKeyable: true),
        ColumnType(
            sql: "bigint", values: ["1", "2", "3", "-9223372036854775808", "9223372036854775807"], isKeyable: true),
        ColumnType(sql: "char(3)", values: ["'a'", "'a '", "''", "'b'", "'\"'"], isKeyable: true),
        ColumnType(
            sql: "uuid", values: ["gen_random_uuid()", "'00000000-0000-0000-0000-000000000001'"], isKeyable: true),
        ColumnType(sql: "mood", values: ["'a'", "'B b'", "'c\"d,('"], isKeyable: true),
        ColumnType(sql: "domain_of_domain", values: ["1", "2", "3"], isKeyable: true),
        ColumnType(sql: "bytea", values: ["'\\x'", "'\\x00ff'", "'\\x5c2722'"], isKeyable: true),
        ColumnType(
            sql: "jsonb", values: ["'null'", "'{\"a\": 1}'", "'{\"a\": 1.0}'", "'[1,\"x\\\"\"]'"], isKeyable: true),
        ColumnType(sql: "int[]", values: ["'{}'", "'{1,NULL}'", "'[2:3]={1,2}'", "'{{1,2},{3,4}}'"], isKeyable: true),
        ColumnType(
            sql: "timestamptz", values: ["'infinity'", "'0044-03-15 12:00 BC'", "'2024-03-31 01:30+00'", "now()"],
            isKeyable: true),
        ColumnType(sql: "ltree", values: ["'a.b'", "'a'", "'A'", "''"], isKeyable: true),
        ColumnType(sql: "name", values: ["'a'", "'\"x y\"'", "''"], isKeyable: true),
        ColumnType(sql: "\"comp T\"", values: ["'(1,a,,)'", "'(1,a,{1.0},)'", "'(1,a,{1.00},-0)'"], isKeyable: true),
        ColumnType(sql: "int4range", values: ["'empty'", "'[1,3)'", "'(,)'", "'[5,)'"], isKeyable: true),
        ColumnType(sql: "bit(3)", values: ["'101'", "'000'"], isKeyable: true),
        ColumnType(sql: "boolean", values: ["true", "false"], isKeyable: true),
        ColumnType(sql: "inet", values: ["'192.168.0.1/24'", "'::1'", "'10.0.0.1'"], isKeyable: true),
    ]

    static let others = [
        ColumnType(sql: "smallint", values: ["1", "-32768"]), ColumnType(sql: "oid", values: ["0", "4294967295"]),
        ColumnType(sql: "numeric(10,2)", values: ["1", "1.005", "'NaN'", "-0.001"]),
        ColumnType(sql: "numeric", values: ["12345678901234567890.1230", "1e-20", "1e30", "'-Infinity'", "0.000"]),
        ColumnType(sql: "real", values: ["'-0'", "'NaN'", "1e-45", "0.1", "3.4028235e38", "'Infinity'", "16777217"]),
        ColumnType(sql: "float8", values: ["5e-324", "0.1::float8 + 0.2", "1.7976931348623157e308", "'-0'", "1e23"]),
        ColumnType(sql: "varchar(9)", values: ["''", "'123456789'", "'a '", "E'\\\\'"]),
        ColumnType(sql: "\"char\"", values: ["'a'", "''", "'\"'", "','", "' '"]),
        ColumnType(sql: "json", values: ["' {\"a\" : 1,\n\"a\": 2} '", "'null'", "'\"\\u0041\"'", "'1.00'"]),
        ColumnType(sql: "jsonpath", values: ["'$.a[*] ? (@ > 1)'"]),
        ColumnType(
            sql: "date", values: ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'2024-02-29'", "'12345-01-02'"]),
        ColumnType(sql: "time", values: ["'24:00'", "'00:00:00.000001'"]),
        ColumnType(sql: "time(0)", values: ["'1:02:03.7'"]),
        ColumnType(sql: "timetz", values: ["'12:00+05:30'", "'23:59:59.999999-15:59'", "'1:00+01:02:03'"]),
        ColumnType(sql: "timestamp", values: ["'infinity'", "'2001-02-03 04:05:06.789'", "'4713-01-01 BC'"]),
        ColumnType(
            sql: "timestamptz(3)", values: ["'-infinity'", "'1900-01-01 00:00 Europe/Amsterdam'", "'294276-12-31'"]),
        ColumnType(
            sql: "interval", values: ["'1 mon -1 day 00:00:00.000001'", "'-1 year 3 mons -04:00'", "'0'", "'1 week'"]),
        ColumnType(sql: "interval day to second(2)", values: ["'1 day 2:03:04.567'", "'-1 day +0:00:01'"]),
        ColumnType(sql: "bit varying", values: ["''", "'10101'"]), ColumnType(sql: "cidr", values: ["'10.0.0.0/8'"]),
        ColumnType(sql: "macaddr", values: ["'08:00:2b:01:02:03'"]),
        ColumnType(sql: "macaddr8", values: ["'08:00:2b:01:02:03:04:05'"]),
        ColumnType(sql: "tsvector", values: ["'a:1A b ''c d'':3 ''e''''f'''", "''"]),
        ColumnType(sql: "tsquery", values: ["'a & !b <-> ''c d'':*A'", "''"]),
        ColumnType(
            sql: "xml",
            values: [
                "'<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>'", "'<a> x </a>'", "''", "'text'",
                "'<?xml version=\"1.1\" standalone=\"yes\"?><b c=\"d,(\"/>'", "'<!DOCTYPE x><x/>'",
            ]),
        ColumnType(sql: "markup", values: ["'<?xml version=\"1.0\"?><a/>'", "'<a/>'"]),
        ColumnType(sql: "xml[]", values: ["'{<a/>,NULL}'", "'{}'"]),
        ColumnType(sql: "money", values: ["'1.23'", "'-1234.5'"]),
        ColumnType(sql: "point", values: ["'(1,-0)'", "'(NaN,Infinity)'", "'(1e-300,0.1)'"]),
        ColumnType(sql: "line", values: ["'{1,2,3}'"]), ColumnType(sql: "lseg", values: ["'[(0,0),(1,0.1)]'"]),
        ColumnType(sql: "box", values: ["'(1,1),(0,-0)'"]),
        ColumnType(sql: "path", values: ["'[(0,0),(1,1)]'", "'((0,0),(1,1))'"]),
        ColumnType(sql: "polygon", values: ["'((0,0),(1,1),(1,0))'"]),
        ColumnType(sql: "circle", values: ["'<(0,0),0.1>'"]),
        ColumnType(sql: "pg_lsn", values: ["'16/B374D848'"]),
        ColumnType(sql: "regclass", values: ["'pg_class'", "0", "'mood_table'"]),
        ColumnType(sql: "regtype", values: ["'int'", "'mood'"]),
        ColumnType(sql: "regprocedure", values: ["'abs(int)'"]),
        ColumnType(sql: "xid8", values: ["'5'"]), ColumnType(sql: "tid", values: ["'(1,2)'"]),
        ColumnType(sql: "pg_snapshot", values: ["'10:20:10,14,15'"]),
        ColumnType(sql: "numrange", values: ["'(1.0,2.00]'", "'empty'", "'(,)'"]),
        ColumnType(sql: "tstzrange", values: ["'[2020-01-01 00:00+00,infinity)'", "'[,2020-01-01 00:00+00]'"]),
        ColumnType(sql: "float_range", values: ["'[-0,0.1)'", "'[NaN,NaN]'"]),
        ColumnType(sql: "int4multirange", values: ["'{}'", "'{[1,2),[5,9)}'"]),
        ColumnType(
            sql: "text[]", values: ["'{\"a,b\",\"NULL\",NULL,\"\",\"\\\"q\\\\\\\\\"}'", "'[0:0]={\" \"}'", "'{}'"]),
        ColumnType(sql: "timestamptz[]", values: ["'{infinity,\"2020-01-01 00:00+00\",NULL}'"]),
        ColumnType(
            sql: "nested", values: ["'(\"(1,\"\"a b\"\",\"\"{1.0,NULL}\"\",-0)\",\"{a,\"\"B b\"\"}\")'", "'(,)'"]),
        ColumnType(sql: "\"comp T\"[]", values: ["'{\"(1,\\\"x y\\\",,NaN)\",NULL}'"]),
        ColumnType(sql: "some_text", values: ["''", "'x'"]),
        ColumnType(sql: "positive[]", values: ["'{1,2}'", "'{NULL}'"]),
        ColumnType(sql: "hstore", values: ["'a=>1,\"b c\"=>NULL'", "''"]),
        ColumnType(
            sql: "text",
            values: [
                "repeat('toast ', 20000)", "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3200) i)",
                "'small'",
            ]),
        ColumnType(sql: "bytea", values: ["decode(repeat('00ff5c', 30000), 'hex')", "'\\x'"]),
    ]
}
