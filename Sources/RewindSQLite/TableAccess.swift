import Rewind
import SQLiteDriver

/// Reads and writes single rows of a table by key, with statements compiled once.
struct TableAccess {
    let table: Table
    private let selectByKey: SQLiteStatement
    private let deleteByKey: SQLiteStatement
    private let insert: SQLiteStatement

    /// - Throws: `SystemError` of kind `.unsupported` when this connection can't write the table, as with collations
    ///   or functions that only the API's process has.
    init(_ table: Table, _ connection: SQLiteConnection) throws {
        self.table = table
        do {
            selectByKey = try connection.prepare(table.selectByKey)
            deleteByKey = try connection.prepare(table.deleteByKey)
            insert = try connection.prepare(table.insert)
        } catch {
            throw SystemError(
                .unsupported,
                """
                Rewind can't write the table “\(table.name)”: \(error.message). A collation or function that the API \
                defines in its own process is the usual cause. Exempt the table from rewinding, or do without it.
                """)
        }
    }

    private var keyColumns: Range<Int> { 0..<table.keyNames.count }
    private var cellColumns: Range<Int> { table.keyNames.count..<(table.keyNames.count + table.columns.count) }

    /// The row with exactly that key, byte for byte.
    func row(_ key: Row) throws(SQLiteError) -> Row? {
        defer { selectByKey.reset() }
        try key.bind(to: selectByKey, from: 1)
        guard try selectByKey.step(), Row(selectByKey, keyColumns) == key else { return nil }
        return Row(selectByKey, cellColumns)
    }

    /// Takes a row out.
    /// - Returns: what it was, or `nil` when no row has exactly that key.
    func delete(_ key: Row) throws(SQLiteError) -> Row? {
        // Not by DELETE … RETURNING: SQLite 3.40 returns the rowid as a real number when the first column is REAL.
        guard let found = try row(key) else { return nil }
        try key.bind(to: deleteByKey, from: 1)
        try deleteByKey.run()
        return found
    }

    /// Puts a row in.
    /// - Returns: `false` when its key or a unique value is taken.
    func insertIfFree(_ key: Row, _ row: Row) throws(SQLiteError) -> Bool {
        let next = table.insertsKey ? try key.bind(to: insert, from: 1) : 1
        try row.bind(to: insert, from: next)
        do {
            try insert.run()
            return true
        } catch {
            if error.isConstraint { return false }
            throw error
        }
    }
}
