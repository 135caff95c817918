import ExactnessSupport
import Rewind

/// A database and what happens to it, made up from a seed: strange names, every kind of key, index and trigger, and
/// statements that collide with each other as often as possible.
struct RandomCase: ExactnessCase {
    let seed: UInt64
    var settings: String
    var journalMode: String
    var setup: [String]
    var steps: [Step<String>]
    var ending: Ending

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        let schema = RandomSchema(&random)
        settings =
            "PRAGMA recursive_triggers = \(random.int(0...1)); PRAGMA foreign_keys = \(random.int(0...1))"
        journalMode = random.pick(["WAL", "WAL", "DELETE", "TRUNCATE"])
        setup = schema.statements
        for _ in 0..<random.int(0...12) { setup.append(schema.statement(&random)) }
        steps = (0..<random.int(2...14)).map { number in
            if number > 0, random.oneIn(3) { return .move(random.int(0...20)) }
            return .request(schema.request(&random))
        }
        ending = random.pick(Ending.allCases)
    }

    var circumstances: String { "seed \(seed), journal_mode \(journalMode), \(settings)" }
}

/// Random tables, and statements that fit them.
struct RandomSchema {
    private struct Table {
        let name: String
        /// Those that can be written.
        var columns: [String]
        var integerKey: String?
        var hasRowid = true
    }

    private(set) var statements: [String] = []
    private var tables: [Table] = []

    static let names = [
        "order", "we\"ird", "täble 1", "new", "OLD", "select", "it's", "[x]", "a.b", "log", "ünï→", "plain", "c0", "k0",
    ]

    init(_ random: inout SeededRandom) {
        let names = Self.names.shuffled(using: &random)
        for number in 0..<random.int(1...3) { addTable(names[number], &random) }
        for table in tables {
            if random.oneIn(2) { addIndex(table, &random) }
            if random.oneIn(3) { addIndex(table, &random) }
            if random.oneIn(2) { addTrigger(table, &random) }
        }
    }

    private func quote(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    // MARK: Definitions

    private mutating func addTable(_ name: String, _ random: inout SeededRandom) {
        let isStrict = random.oneIn(5)
        let kind = random.int(0...6)
        var table = Table(name: name, columns: [])
        var parts: [String] = []
        var options: [String] = isStrict ? ["STRICT"] : []
        let columns = ["a", "b c", "rowid", "group", "v\"w", "new"].shuffled(using: &random).prefix(random.int(2...4))
        if kind <= 1 {
            table.integerKey = "id"
            parts.append("\"id\" INTEGER PRIMARY KEY" + (kind == 1 ? " AUTOINCREMENT" : ""))
        }
        for column in columns {
            table.columns.append(column)
            parts.append(quote(column) + " " + columnDefinition(isStrict: isStrict, &random))
        }
        if kind == 2 { parts.append("PRIMARY KEY (\(quote(table.columns[0])))") }
        if kind == 3 { parts.append("PRIMARY KEY (\(quote(table.columns[0])), \(quote(table.columns[1])))") }
        if kind == 4 || kind == 5 {
            let collation = isStrict ? "" : random.pick(["", " COLLATE NOCASE"])
            let second = kind == 5 ? ", \(quote(table.columns[1])) DESC" : ""
            parts.append("PRIMARY KEY (\(quote(table.columns[0]))\(collation)\(second))")
            options.append("WITHOUT ROWID")
            table.hasRowid = false
        }
        if random.oneIn(3) {
            let type = isStrict ? "ANY" : random.pick(["", "TEXT", "INT"])
            let more = random.pick(["VIRTUAL", "STORED"]) + random.pick(["", "", " UNIQUE"])
            parts.append("gen \(type) AS (\(quote(table.columns[0])) || 'x') \(more)")
        }
        if let parent = tables.first(where: { $0.integerKey != nil }), random.oneIn(2) {
            table.columns.append("parent")
            let action = random.pick(["CASCADE", "SET NULL", "RESTRICT"])
            parts.append("parent INTEGER REFERENCES \(quote(parent.name))(id) ON DELETE \(action) ON UPDATE CASCADE")
        }
        tables.append(table)
        statements.append(
            "CREATE TABLE \(quote(name)) (\(parts.joined(separator: ", "))) \(options.joined(separator: ", "))")
    }

    private func columnDefinition(isStrict: Bool, _ random: inout SeededRandom) -> String {
        let type =
            isStrict
            ? random.pick(["INTEGER", "TEXT", "REAL", "BLOB", "ANY"])
            : random.pick(["", "INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB", "VARCHAR(9)", "DATETIME"])
        let unique = random.pick(["", "", "", " UNIQUE", " UNIQUE ON CONFLICT REPLACE", " COLLATE NOCASE UNIQUE"])
        let null = random.pick(["", "", "", " NOT NULL", " NOT NULL DEFAULT 1"])
        return type + null + unique
    }

    private mutating func addIndex(_ table: Table, _ random: inout SeededRandom) {
        let a = quote(random.pick(table.columns))
        let b = quote(random.pick(table.columns))
        let terms = random.pick([
            a, "\(a) COLLATE NOCASE", "\(a), \(b) DESC", "lower(\(a))", "\(a) || ',' || \(b)",
            "abs(\(a)) COLLATE RTRIM ASC",
        ])
        let condition = random.pick(["", "", " WHERE \(b) IS NOT NULL", " /* ) */ WHERE \(b) > 1 OR \(a) = 'on (x)'"])
        let name = quote("i\(statements.count) on (x)")
        statements.append("CREATE UNIQUE INDEX \(name) ON \(quote(table.name)) (\(terms))\(condition)")
    }

    private mutating func addTrigger(_ table: Table, _ random: inout SeededRandom) {
        let a = quote(random.pick(table.columns))
        let other = random.pick(tables)
        let b = quote(random.pick(other.columns))
        let target = quote(other.name)
        let key = table.hasRowid && !table.columns.contains("rowid") ? "rowid" : quote(table.columns[0])
        let event = random.pick(["INSERT", "UPDATE", "DELETE"])
        let row = event == "DELETE" ? "OLD" : "NEW"
        let body = random.pick([
            "UPDATE \(quote(table.name)) SET \(a) = ifnull(\(a), 0) + 1 WHERE \(key) = \(row).\(key)",
            "UPDATE \(quote(table.name)) SET \(a) = ifnull(\(a), 0) + 1 WHERE \(key) = \(row).\(key)",
            "DELETE FROM \(target) WHERE \(b) = \(row).\(a)",
            "INSERT OR REPLACE INTO \(target) (\(b)) VALUES (\(row).\(a))",
            "UPDATE OR IGNORE \(target) SET \(b) = \(row).\(a)",
        ])
        let time = random.pick(["BEFORE", "AFTER", "AFTER"])
        let name = quote("t\(statements.count)")
        statements.append("CREATE TRIGGER \(name) \(time) \(event) ON \(quote(table.name)) BEGIN \(body); END")
    }

    // MARK: Statements

    private static let values = [
        "NULL", "0", "1", "1", "2", "2", "3", "'1'", "'a'", "'a'", "'A'", "'b '", "'b'", "1.0", "1.5", "-1", "x'01'",
        "x''", "''", "x'00ff'", "CAST(x'ff00c3' AS TEXT)", "9e999", "-9e999", "9223372036854775807", "9007199254740993",
        "-0.0", "1e300", "'☃'", "'a' || char(0) || 'b'", "'9223372036854775808'", "randomblob(0)", "zeroblob(5000)",
    ]

    private func row(_ columns: [String], _ random: inout SeededRandom) -> String {
        columns.map { _ in random.pick(Self.values) }.joined(separator: ", ")
    }

    private func condition(_ table: Table, _ random: inout SeededRandom) -> String {
        let column = quote(random.pick(table.columns + [table.integerKey].compactMap { $0 }))
        return random.pick([
            "\(column) = \(random.pick(Self.values))", "\(column) IS NOT NULL", "\(column) > 1", "1",
            "\(column) IN (1, 'a')",
        ])
    }

    /// One statement that writes, or tries to.
    func statement(_ random: inout SeededRandom) -> String {
        let table = random.pick(tables)
        let name = quote(table.name)
        var columns = table.columns
        if let key = table.integerKey, random.oneIn(2) { columns.append(key) }
        if table.integerKey == nil, table.hasRowid, random.oneIn(4) { columns.append("_rowid_") }
        let list = columns.map(quote).joined(separator: ", ")
        let or = random.pick(["", "", " OR REPLACE", " OR REPLACE", " OR IGNORE", " OR FAIL", " OR ROLLBACK"])
        let target = quote(random.pick(columns))
        switch random.int(0...9) {
        case 0...3: return "INSERT\(or) INTO \(name) (\(list)) VALUES (\(row(columns, &random)))"
        case 4:
            let rows = (0..<3).map { _ in "(\(row(columns, &random)))" }.joined(separator: ", ")
            return "INSERT\(or) INTO \(name) (\(list)) VALUES \(rows)"
        case 5:
            let value = random.pick(Self.values)
            return """
                INSERT INTO \(name) (\(list)) VALUES (\(row(columns, &random))) ON CONFLICT DO UPDATE SET \
                \(target) = \(random.pick([value, "excluded.\(target)"]))
                """
        case 6, 7:
            let value = random.pick(Self.values + ["\(target) + 1", "\(target) || 'z'", "-\(target)"])
            return "UPDATE\(or) \(name) SET \(target) = \(value) WHERE \(condition(table, &random))"
        case 8: return "DELETE FROM \(name) WHERE \(condition(table, &random))"
        default: return random.oneIn(4) ? "DELETE FROM \(name)" : "INSERT\(or) INTO \(name) DEFAULT VALUES"
        }
    }

    /// What the API does in one request: statements alone, or in a transaction with savepoints.
    func request(_ random: inout SeededRandom) -> [String] {
        var statements = (0..<random.int(1...4)).map { _ in statement(&random) }
        if random.oneIn(3) {
            statements.insert("SAVEPOINT s", at: random.int(0...statements.count))
            statements.append(random.pick(["ROLLBACK TO s", "RELEASE s"]))
            statements.append(statement(&random))
        }
        if random.oneIn(2) { statements = ["BEGIN"] + statements + [random.pick(["COMMIT", "COMMIT", "ROLLBACK"])] }
        return statements
    }
}
