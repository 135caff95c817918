import Rewind
import SQLiteDriver

/// Where the content is, seen from the root: the rows that differ from it, each with what it is at the root.
///
/// `_rewind_position` holds the same in the shape of the log, so restoring the root after a crash is reading the
/// position and then the log. A move writes as many entries as rows start or cease to differ, however far the root is.
struct Position {
    private struct Stored {
        let atRoot: Row?
        let sequence: Int64
    }

    private var stored: [RowKey: Stored] = [:]
    private var nextSequence: Int64 = 1

    /// What a move does to the stored position.
    struct Edits {
        fileprivate var added: [(key: RowKey, atRoot: Row?)] = []
        fileprivate var removed: [RowKey] = []
    }

    /// What changes in the position when the content changes so.
    func edits(by changes: [RowChange], number: [String: Int]) -> Edits {
        var edits = Edits()
        for change in changes {
            guard let table = number[change.table] else { continue }
            let key = RowKey(table: table, key: change.key)
            if let known = stored[key] {
                if known.atRoot == change.after { edits.removed.append(key) }
            } else {
                edits.added.append((key, change.before))
            }
        }
        return edits
    }

    /// Writes the edits, within the move's transaction.
    func write(_ edits: Edits, shape: LogShape, _ connection: SQLiteConnection) throws(SQLiteError) {
        if !edits.removed.isEmpty {
            let delete = try connection.statement("DELETE FROM _rewind_position WHERE seq = ?")
            for key in edits.removed {
                guard let sequence = stored[key]?.sequence else { continue }
                try delete.bind(sequence, at: 1)
                try delete.run()
            }
        }
        if edits.added.isEmpty { return }
        let width = 3 + shape.keyWidth + shape.imageWidth
        let insert = try connection.statement("INSERT INTO _rewind_position VALUES (\(parameters(width)))")
        for (offset, added) in edits.added.enumerated() {
            insert.clearBindings()
            let kind = added.atRoot == nil ? LogEntry.Kind.appeared : .left
            try insert.bind(nextSequence + Int64(offset), at: 1)
            try insert.bind(kind.rawValue, at: 2)
            try insert.bind(Int64(added.key.table), at: 3)
            try added.key.key.bind(to: insert, from: 4)
            try added.atRoot?.bind(to: insert, from: 4 + shape.keyWidth)
            try insert.run()
        }
    }

    /// Takes the edits over, once their transaction is committed.
    mutating func commit(_ edits: Edits) {
        for key in edits.removed { stored[key] = nil }
        for added in edits.added {
            stored[added.key] = Stored(atRoot: added.atRoot, sequence: nextSequence)
            nextSequence += 1
        }
    }
}
