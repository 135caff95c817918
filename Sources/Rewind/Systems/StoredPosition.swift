/// What identifies a row in a database: the number that stands for its table, and its key.
package struct RowKey: Hashable, Sendable {
    package let table: Int
    package let key: Row

    package init(table: Int, key: Row) {
        self.table = table
        self.key = key
    }
}

/// Where the content of a database is, seen from the root: the rows that differ from it, each with what it is at the root.
///
/// The database stores the same, so restoring the root after a crash is reading the position and then the log. A move
/// writes as many entries as rows start or cease to differ, however far the root is.
package struct StoredPosition {
    package struct Entry {
        /// Under which it is stored. No two entries ever have the same.
        package let number: Int64
        package let key: RowKey
        package let atRoot: Row?
    }

    /// What a move does to the stored position.
    package struct Edits {
        package fileprivate(set) var added: [Entry] = []
        package fileprivate(set) var removed: [Entry] = []
    }

    private var entries: [RowKey: Entry] = [:]
    private var nextNumber: Int64 = 1

    /// The root.
    package init() {}

    /// What changes in the position when the content changes so.
    /// - Parameter tables: the tables' numbers, by name; other tables are passed over.
    package func edits(by changes: [RowChange], tables: [String: Int]) -> Edits {
        var edits = Edits()
        for change in changes {
            guard let table = tables[change.table] else { continue }
            let key = RowKey(table: table, key: change.key)
            if let known = entries[key] {
                if known.atRoot == change.after { edits.removed.append(known) }
            } else {
                let number = nextNumber + Int64(edits.added.count)
                edits.added.append(Entry(number: number, key: key, atRoot: change.before))
            }
        }
        return edits
    }

    /// Takes the edits over, once their transaction is committed.
    package mutating func commit(_ edits: Edits) {
        for entry in edits.removed { entries[entry.key] = nil }
        for entry in edits.added { entries[entry.key] = entry }
        nextNumber += Int64(edits.added.count)
    }
}
