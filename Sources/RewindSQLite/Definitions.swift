import SQLiteDriver

/// Everything `sqlite_schema` defines but what is Rewind's own: for noticing that it changed, and saying what did.
struct Definitions: Equatable {
    struct Name: Hashable {
        let type: String
        let name: String
    }

    private(set) var statements: [Name: String] = [:]

    /// Cost follows the size of the schema.
    init(_ connection: SQLiteConnection, from table: String = "sqlite_master") throws(SQLiteError) {
        let select = try connection.prepare(
            "SELECT type, name, ifnull(sql, '') FROM \(table) WHERE name NOT LIKE '\\_rewind\\_%' ESCAPE '\\'")
        while try select.step() {
            statements[Name(type: select.string(0), name: select.string(1))] = select.string(2)
        }
    }

    /// Writes down what is defined now as `_rewind_definitions`.
    static func save(_ connection: SQLiteConnection) throws(SQLiteError) {
        try connection.execute(
            """
            CREATE TABLE _rewind_definitions (type TEXT, name TEXT, sql TEXT);
            INSERT INTO _rewind_definitions SELECT type, name, sql FROM sqlite_master
            WHERE name NOT LIKE '\\_rewind\\_%' ESCAPE '\\'
            """)
    }

    /// What is different in the other: “the table “a” was added”, in order of name.
    func differences(to other: Definitions) -> [String] {
        let names = Set(statements.keys).union(other.statements.keys)
        let changed = names.filter { statements[$0] != other.statements[$0] }
        return changed.sorted { ($0.name, $0.type) < ($1.name, $1.type) }.map { name in
            let what = statements[name] == nil ? "added" : other.statements[name] == nil ? "dropped" : "altered"
            return "the \(name.type) “\(name.name)” was \(what)"
        }
    }
}
