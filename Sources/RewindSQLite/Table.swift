/// A table as Rewind records and restores it.
struct Table: Sendable {
    /// What identifies a row.
    enum Key: Sendable, Hashable {
        /// The rowid, under a name that no column takes.
        case rowid(alias: String)
        /// The rowid, which is also the INTEGER PRIMARY KEY of this name.
        case integerPrimaryKey(String)
        /// The primary key of a WITHOUT ROWID table.
        case primaryKey([String])
    }

    /// Stands for the table in the log.
    let number: Int
    let name: String
    /// The statement that made it: what it looks like, for noticing that it changed.
    let sql: String
    let key: Key
    /// The columns that store something of their own, in the order of the cells of a row. Generated ones are left out.
    let columns: [Column]
    let uniqueIndexes: [UniqueIndex]

    struct Column: Sendable, Hashable {
        let name: String
        let declaredType: String
        /// The DEFAULT of a NOT NULL column, which REPLACE puts where a NULL was given.
        let replacementForNull: String?
    }

    /// The names of the columns that make up the key.
    var keyNames: [String] {
        switch key {
        case .rowid(let name), .integerPrimaryKey(let name): [name]
        case .primaryKey(let names): names
        }
    }

    var hasRowid: Bool {
        if case .primaryKey = key { false } else { true }
    }
}

extension Table {
    var quotedName: String { quoted(name) }

    /// A condition that finds the row whose key is bound from the given parameter on.
    private func matchesKey(from parameter: Int) -> String {
        keyNames.enumerated().map { "\(quoted($1)) = ?\(parameter + $0)" }.joined(separator: " AND ")
    }

    private var columnList: String { columns.map { quoted($0.name) }.joined(separator: ", ") }

    private var keyList: String { keyNames.map(quoted).joined(separator: ", ") }

    /// All rows; the cells of a row are the columns.
    var selectAll: String { "SELECT \(columnList) FROM \(quotedName)" }

    /// One row by key: the key as stored, then the cells. A key equal under a collation finds the row too.
    var selectByKey: String { "SELECT \(keyList), \(columnList) FROM \(quotedName) WHERE \(matchesKey(from: 1))" }

    /// Takes one row out by key.
    var deleteByKey: String { "DELETE FROM \(quotedName) WHERE \(matchesKey(from: 1))" }

    /// Whether the key has to be given on its own when a row is inserted.
    var insertsKey: Bool {
        if case .rowid = key { true } else { false }
    }

    /// Puts a row in: the key first where ``insertsKey``, then the cells.
    var insert: String {
        let names = (insertsKey ? keyNames : []) + columns.map(\.name)
        let list = names.map(quoted).joined(separator: ", ")
        return "INSERT INTO \(quotedName) (\(list)) VALUES (\(parameters(names.count)))"
    }
}

/// A name as an SQL identifier, whatever it contains.
func quoted(_ name: String) -> String {
    // Statements are made often, names hardly ever have a quote in them, and looking for one byte costs next to nothing.
    let hasQuote = name.utf8.contains(UInt8(ascii: "\""))
    return "\"" + (hasQuote ? name.replacing("\"", with: "\"\"") : name) + "\""
}

/// A text as an SQL literal.
func literal(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
}

/// That many parameters, separated by commas.
func parameters(_ count: Int) -> String {
    Array(repeating: "?", count: count).joined(separator: ", ")
}
