import PostgresDriver
import Rewind

/// The position as PostgreSQL stores it, in `rewind.position`.
extension StoredPosition.Edits {
    static let delete = "DELETE FROM rewind.position WHERE id = ANY($1::bigint[])"
    static let insert = """
        INSERT INTO rewind.position (id, tbl, key, copies, root)
        SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::bigint[], $5::text[])
        """

    /// The parameters of ``delete``.
    var deletions: PostgresParameters {
        var parameters = PostgresParameters()
        parameters.append(array: removed.map(\.number))
        return parameters
    }

    /// The parameters of ``insert``.
    func insertions(_ tables: [Table]) -> PostgresParameters {
        let keys = added.map { StoredKey($0.key, of: tables[$0.key.table]) }
        var parameters = PostgresParameters()
        parameters.append(array: added.map(\.number))
        parameters.append(array: added.map { Int64($0.key.table) })
        parameters.append(array: keys.map(\.text))
        parameters.append(array: keys.map { $0.copies.map { Array(String($0).utf8) } })
        parameters.append(array: added.map { $0.atRoot.map(RowText.text(of:)) })
        return parameters
    }
}

/// A key as the position stores it: in the form of a row; in a table without a key, the row itself and a number.
private struct StoredKey {
    let text: [UInt8]
    let copies: Int64?

    init(_ key: RowKey, of table: Table) {
        if table.hasKey {
            text = RowText.text(of: key.key)
            copies = nil
        } else {
            let cells = key.key.cells
            text = RowText.text(of: Row(Array(cells.dropLast())))
            copies = if case .integer(let number)? = cells.last { number } else { nil }
        }
    }
}

extension Value {
    /// The text of a cell that is not NULL.
    var bytes: [UInt8] {
        switch self {
        case .null: []
        case .integer(let number): Array(String(number).utf8)
        case .real(let number): Array(String(number).utf8)
        case .text(let text): Array(text.utf8)
        case .blob(let bytes): bytes
        }
    }
}
