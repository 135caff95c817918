import Rewind

/// Gives rows of tables without a key an identity: the row itself and a number that tells equal rows apart.
///
/// The copies that the root has are numbered 0, −1, −2 … and those that came since 1, 2, 3 …, so the highest number that
/// exists is how many more copies there are than at the root. It does not depend on the way here.
struct CopyCounts {
    private var added: [RowIdentity: Int64] = [:]

    private struct RowIdentity: Hashable {
        let table: Int
        let row: Row
    }

    /// The identity of the copy that comes into being.
    mutating func insert(_ row: Row, table: Int) -> Row {
        let identity = RowIdentity(table: table, row: row)
        let number = added[identity, default: 0] + 1
        added[identity] = number == 0 ? nil : number
        return CopyCounts.key(row, number)
    }

    /// The identity of the copy that goes.
    mutating func delete(_ row: Row, table: Int) -> Row {
        let identity = RowIdentity(table: table, row: row)
        let number = added[identity, default: 0]
        added[identity] = number == 1 ? nil : number - 1
        return CopyCounts.key(row, number)
    }

    private static func key(_ row: Row, _ number: Int64) -> Row {
        var key = row
        key.append(number)
        return key
    }
}

extension Table {
    /// The cells of the key.
    func key(of row: Row) -> Row {
        key.reduce(into: Row()) { key, wanted in
            var column = 0
            row.forEachCell { cell in
                if column == wanted { key.append(cell) }
                column += 1
            }
        }
    }
}

extension Row {
    /// Adds a cell of another row, byte for byte.
    fileprivate mutating func append(_ cell: Cell) {
        switch cell {
        case .null: appendNull()
        case .integer(let number): append(number)
        case .real(let number): append(number)
        case .text(let bytes): appendText(bytes)
        case .blob(let bytes): appendBlob(bytes)
        }
    }
}
