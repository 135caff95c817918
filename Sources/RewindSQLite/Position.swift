import Rewind
import SQLiteDriver

/// The position as SQLite stores it, in `_rewind_position`, which has the shape of the log.
extension StoredPosition.Edits {
    /// Writes the edits, within the move's transaction.
    func write(shape: LogShape, _ connection: SQLiteConnection) throws(SQLiteError) {
        if !removed.isEmpty {
            let delete = try connection.statement("DELETE FROM _rewind_position WHERE seq = ?")
            for entry in removed {
                try delete.bind(entry.number, at: 1)
                try delete.run()
            }
        }
        if added.isEmpty { return }
        let width = 3 + shape.keyWidth + shape.imageWidth
        let insert = try connection.statement("INSERT INTO _rewind_position VALUES (\(parameters(width)))")
        for entry in added {
            insert.clearBindings()
            let kind = entry.atRoot == nil ? LogEntry.Kind.appeared : .left
            try insert.bind(entry.number, at: 1)
            try insert.bind(kind.rawValue, at: 2)
            try insert.bind(Int64(entry.key.table), at: 3)
            try entry.key.key.bind(to: insert, from: 4)
            try entry.atRoot?.bind(to: insert, from: 4 + shape.keyWidth)
            try insert.run()
        }
    }
}
