import Rewind

/// A table that stores rows, and how it is spelled in SQL.
struct Table: Sendable, Hashable {
    /// Its place among the tables; stands for it in the log.
    let number: Int
    let objectID: UInt32
    let schemaName: String
    let tableName: String
    /// The columns that exist, in the order of the row's text.
    let columns: [Column]
    /// The columns of the primary key or, without one, of a unique index that no NULL gets around; empty when rows can
    /// only be told apart by all of their content.
    let key: [Int]
    /// Whether we may alter it: have triggers fire for every session, and switch others off.
    var isOwned = true
    /// Whether triggers of ours tell of its changes.
    var sensor: Sensor
    /// Whether XML is spelled with its declaration, which takes a type of ours.
    var spellsXMLInFull = true

    struct Column: Sendable, Hashable {
        let name: String
        /// The type as SQL spells it, with its schema.
        let type: String
        let isWholeNumber: Bool
        let isTimestamp: Bool
        let isGenerated: Bool
        /// Whether its text form leaves something out (an XML declaration), so that it is logged as plain text.
        let isXML: Bool
        /// Whether the session's settings decide how its values are spelled.
        let dependsOnSettings: Bool
    }

    /// For each column of the key, what says that two values are the same to its index, as SQL spells it.
    var keyOperators: [String] = []

    /// How changes are noticed.
    enum Sensor: Sendable, Hashable {
        /// By triggers that write the log.
        case log
        /// By reading the table and comparing.
        case reading
    }

    /// How reports name it. No two tables have the same.
    var name: String { nameInReports(schema: schemaName, name: tableName) }
    var qualifiedName: String { "\(quoted(schemaName)).\(quoted(tableName))" }
    var hasKey: Bool { !key.isEmpty }
    var numericColumns: [Bool] { columns.map(\.isWholeNumber) }

    // MARK: Statements

    /// The type that rows are parsed as.
    var rowType: String { hasXML ? "rewind.row_\(number)" : qualifiedName }

    /// The type of a table with XML columns, in which those are plain text; `nil` where the table's own type will do.
    var rowTypeDefinition: String? {
        guard hasXML else { return nil }
        let fields = columns.map { "\(quoted($0.name)) \($0.isXML ? "text" : $0.type)" }
        return "CREATE TYPE \(rowType) AS (\(fields.joined(separator: ", ")))"
    }

    /// The text of a row, given by an alias of the table. A column may have the alias's name.
    func text(of alias: String) -> String {
        hasXML ? text(ofVariable: alias) : "(\(alias).*)::text"
    }

    /// The text of a row variable. Outside of tables with XML it is spelled so that no type of the API's is taken for the
    /// server's, whatever the search path.
    func text(ofVariable row: String) -> String {
        guard hasXML else { return "\(row)::pg_catalog.text" }
        let fields = columns.map { "\(row).\(quoted($0.name))\($0.isXML ? "::text" : "")" }
        return "ROW(\(fields.joined(separator: ", ")))::\(rowType)::text"
    }

    private var hasXML: Bool { spellsXMLInFull && columns.contains(where: \.isXML) }

    /// Every row's text.
    var selectTexts: String { "SELECT \(text(of: "t")) FROM ONLY \(qualifiedName) t" }

    /// Takes rows out, given their texts; fails with a division by zero unless all were there.
    var deleteAll: String {
        """
        WITH gone AS (DELETE FROM ONLY \(qualifiedName) t USING \(rows(given: "$1::text[]")) k
        WHERE \(isLikeGiven) RETURNING 1)
        SELECT 1 / (count(*) = cardinality($1))::int FROM gone
        """
    }

    /// Whether a row `t` is the given row `k.r`, in all its content.
    var isLikeGiven: String {
        let matches = zip(key, keyOperators).map { column, isEqual in
            let name = quoted(columns[column].name)
            return "t.\(name) \(isEqual) (k.r).\(name)"
        }
        return "\(matches.joined(separator: " AND ")) AND \(text(of: "t")) = (k.r)::text"
    }

    /// Takes out the last row that looks like the text, so that those that were there before stay where they are; fails
    /// with a division by zero when there is none.
    var deleteOne: String {
        """
        WITH gone AS (DELETE FROM ONLY \(qualifiedName) WHERE ctid =
        (SELECT t.ctid FROM ONLY \(qualifiedName) t WHERE \(text(of: "t")) = \(textGiven)
        ORDER BY t.ctid DESC LIMIT 1) RETURNING 1)
        SELECT 1 / count(*) FROM gone
        """
    }

    /// The same for many rows, given their texts, in one look at the table. Cost follows the table.
    ///
    /// What is asked of each row is asked of a hash table: `IS TRUE` keeps the planner from making it a join.
    var deleteMany: String {
        let given = "SELECT (v::\(rowType))::text AS k FROM unnest($1::text[]) v"
        return """
            WITH gone AS (DELETE FROM ONLY \(qualifiedName) WHERE ctid = ANY (ARRAY(SELECT n.c FROM (SELECT m.c,
            count(*) FILTER (WHERE m.c IS NULL) OVER (PARTITION BY m.k) AS wanted,
            row_number() OVER (PARTITION BY m.k ORDER BY m.c DESC NULLS LAST) AS place
            FROM (\(given.replacing(" AS k", with: " AS k, NULL::tid AS c"))
            UNION ALL SELECT \(text(of: "t")), t.ctid FROM ONLY \(qualifiedName) t
            WHERE (\(text(of: "t")) IN (\(given))) IS TRUE) m) n
            WHERE n.c IS NOT NULL AND n.place <= n.wanted)) RETURNING 1)
            SELECT 1 / (count(*) = cardinality($1))::int FROM gone
            """
    }

    /// Puts rows in, given their texts.
    var insertAll: String { insert(given: "$1::text[]") }

    /// Puts rows in.
    /// - Parameter texts: what they are given by, an array.
    func insert(given texts: String) -> String {
        let stored = columns.filter { !$0.isGenerated }
        if stored.isEmpty { return "INSERT INTO \(qualifiedName) SELECT FROM unnest(\(texts))" }
        let names = stored.map { quoted($0.name) }
        let values = stored.map { "(k.r).\(quoted($0.name))\($0.isXML ? "::xml" : "")" }
        return """
            INSERT INTO \(qualifiedName) (\(names.joined(separator: ", "))) OVERRIDING SYSTEM VALUE
            SELECT \(values.joined(separator: ", ")) FROM \(rows(given: texts)) k
            """
    }

    /// The text of the row with that key, by one parameter a column.
    var selectByKey: String { "SELECT \(text(of: "t")) FROM ONLY \(qualifiedName) t WHERE \(keyMatches)" }

    /// How many rows look like the text.
    var countLikeText: String { "SELECT count(*) FROM ONLY \(qualifiedName) t WHERE \(text(of: "t")) = \(textGiven)" }

    private var keyMatches: String {
        key.indices.map { place in
            let column = columns[key[place]]
            return "t.\(quoted(column.name)) \(keyOperators[place]) $\(place + 1)::text::\(column.type)"
        }.joined(separator: " AND ")
    }

    /// A row that a parameter gives, as the server spells it: on some systems it quotes more than others do.
    private var textGiven: String { "(SELECT $1::text::\(rowType)::text)" }

    /// Rows `r` that are given as an array of texts, parsed once each.
    func rows(given texts: String) -> String {
        "(SELECT v::\(rowType) AS r FROM unnest(\(texts)) v OFFSET 0)"
    }
}
