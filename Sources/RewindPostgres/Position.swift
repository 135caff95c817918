import PostgresDriver
import Rewind

/// What identifies a row in a database.
struct RowKey: Hashable, Sendable {
    let table: Int
    let key: Row
}

/// Where the content is, seen from the root: the rows that differ from it, each with what it is at the root.
///
/// `rewind.position` holds the same, so restoring the root after a crash is reading the position and then the log. A
/// move writes as many entries as rows start or cease to differ, however far the root is.
struct Position {
    private struct Stored {
        let atRoot: Row?
        let id: Int64
    }

    private var stored: [RowKey: Stored] = [:]
    private var nextID: Int64 = 1

    /// What a move does to the stored position.
    struct Edits {
        fileprivate(set) var added: [(key: RowKey, atRoot: Row?)] = []
        fileprivate(set) var removed: [RowKey] = []
    }

    static let delete = "DELETE FROM rewind.position WHERE id = ANY($1::bigint[])"
    static let insert = """
        INSERT INTO rewind.position (id, tbl, key, copies, root)
        SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::bigint[], $5::text[])
        """

    /// What changes in the position when the content changes so.
    func edits(by changes: [RowChange], numbers: [String: Int]) -> Edits {
        var edits = Edits()
        for change in changes {
            guard let table = numbers[change.table] else { continue }
            let key = RowKey(table: table, key: change.key)
            if let known = stored[key] {
                if known.atRoot == change.after { edits.removed.append(key) }
            } else {
                edits.added.append((key, change.before))
            }
        }
        return edits
    }

    /// The parameters of ``delete``.
    func deletions(_ edits: Edits) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.append(array: edits.removed.compactMap { stored[$0]?.id })
        return parameters
    }

    /// The parameters of ``insert``.
    func insertions(_ edits: Edits, tables: [Table]) -> PostgresParameters {
        let keys = edits.added.map { StoredKey($0.key, of: tables[$0.key.table]) }
        var parameters = PostgresParameters()
        parameters.append(array: edits.added.indices.map { nextID + Int64($0) })
        parameters.append(array: edits.added.map { Int64($0.key.table) })
        parameters.append(array: keys.map(\.text))
        parameters.append(array: keys.map { $0.copies.map { Array(String($0).utf8) } })
        parameters.append(array: edits.added.map { $0.atRoot.map(RowText.text(of:)) })
        return parameters
    }

    /// Takes the edits over, once their transaction is committed.
    mutating func commit(_ edits: Edits) {
        for key in edits.removed { stored[key] = nil }
        for added in edits.added {
            stored[added.key] = Stored(atRoot: added.atRoot, id: nextID)
            nextID += 1
        }
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
