import PostgresDriver
import Rewind

/// Reads whole tables.
enum Content {
    /// The fingerprint of each table's rows. Cost follows the content. To be called where one snapshot holds.
    static func fingerprints(_ tables: [Table], _ connection: PostgresConnection) throws -> [Fingerprint] {
        var sums = Array(repeating: Fingerprint.zero, count: tables.count)
        let index = Dictionary(uniqueKeysWithValues: tables.enumerated().map { ($1.number, $0) })
        try forEachRow(of: tables, connection) { number, row in
            guard let place = index[number] else { return }
            sums[place] += Fingerprint(table: tables[place].name, row: row)
        }
        return sums
    }

    /// Calls the closure with each row of the tables, table by table.
    static func forEachRow(
        of tables: [Table], _ connection: PostgresConnection, _ body: (_ table: Int, Row) throws -> Void
    ) throws {
        // Not all in one statement: PostgreSQL would plan and lock hundreds of tables at once.
        for start in stride(from: 0, to: tables.count, by: 50) {
            let some = tables[start..<min(start + 50, tables.count)]
            let numeric = Dictionary(uniqueKeysWithValues: some.map { ($0.number, $0.numericColumns) })
            let union = some.map { "SELECT \($0.number), x.* FROM (\($0.selectTexts)) x" }.joined(
                separator: " UNION ALL ")
            try connection.forEachRow(of: union) { result in
                let number = Int(result.int64(0, 0))
                try body(number, RowText.row(result.bytes(0, 1), numeric: numeric[number] ?? []))
            }
        }
    }

    static let beginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog"
}
