import PostgresDriver
import SQLiteDriver

// What a test reads of a service's database: rows as texts that can be compared with what was expected, the same for both
// kinds.

extension SQLiteConnection {
    /// The rows that a query selects, each as its cells' texts with `|` between them; NULL is `-`.
    package func texts(_ sql: String) throws -> [String] {
        let select = try prepare(sql)
        var rows: [String] = []
        while try select.step() {
            let cells = (0..<select.columnCount).map { select.isNull($0) ? "-" : select.string($0) }
            rows.append(cells.joined(separator: "|"))
        }
        return rows
    }
}

extension PostgresConnection {
    /// The rows that a query selects, each as its cells' texts with `|` between them; NULL is `-`.
    package func texts(_ sql: String) throws -> [String] {
        let result = try query(sql)
        return (0..<result.rowCount).map { row in
            (0..<result.columnCount).map { result.optionalString(row, $0) ?? "-" }.joined(separator: "|")
        }
    }
}
