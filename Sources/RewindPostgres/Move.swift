import PostgresDriver
import Rewind

/// A difference as statements: all rows are taken out before any is put in, so swapped unique values are not in each
/// other's way.
struct Move {
    private var leaving: [Int: [Row]] = [:]
    private var coming: [Int: [Row]] = [:]
    /// Tables in the order in which they first occur.
    private var order: [Table] = []

    init(_ changes: ChangeSet, tables: [Table], numbers: [String: Int]) throws {
        for change in changes.rows {
            guard let number = numbers[change.table] else { continue }
            if leaving[number] == nil && coming[number] == nil { order.append(tables[number]) }
            if let before = change.before { leaving[number, default: []].append(before) }
            if let after = change.after { coming[number, default: []].append(after) }
        }
    }

    /// So many rows of a table without a key are looked for one by one.
    static let fewRows = 3

    /// The calls that make it, to be run in one transaction.
    func calls(_ statements: TableStatements) throws(PostgresError) -> [PostgresCall] {
        var calls: [PostgresCall] = []
        for table in order {
            guard let rows = leaving[table.number] else { continue }
            if table.hasKey {
                calls.append(PostgresCall(try statements(\.deleteAll, table), Self.parameters(rows)))
                continue
            }
            if rows.count > Self.fewRows {
                calls.append(PostgresCall(try statements(\.deleteMany, table), Self.parameters(rows)))
                continue
            }
            let delete = try statements(\.deleteOne, table)
            for row in rows {
                var parameters = PostgresParameters()
                parameters.append(bytes: RowText.text(of: row))
                calls.append(PostgresCall(delete, parameters))
            }
        }
        for table in order {
            guard let rows = coming[table.number] else { continue }
            calls.append(PostgresCall(try statements(\.insertAll, table), Self.parameters(rows)))
        }
        return calls
    }

    static func parameters(_ rows: [Row]) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.append(array: rows.lazy.map { RowText.text(of: $0) })
        return parameters
    }
}

extension CopyCounts {
    /// Takes over what a move did.
    mutating func follow(_ changes: ChangeSet, tables: [Table], numbers: [String: Int]) {
        for change in changes.rows {
            guard let number = numbers[change.table], !tables[number].hasKey else { continue }
            if let before = change.before { _ = delete(before, table: number) }
            if let after = change.after { _ = insert(after, table: number) }
        }
    }
}
