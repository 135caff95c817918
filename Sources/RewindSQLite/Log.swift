import Rewind
import SQLiteDriver

/// How wide the log is: enough for the widest key and the widest row.
struct LogShape: Sendable {
    let keyWidth: Int
    let imageWidth: Int

    init(_ tables: [Table]) {
        keyWidth = max(1, tables.map(\.keyNames.count).max() ?? 1)
        imageWidth = tables.map(\.columns.count).max() ?? 0
    }

    init(keyWidth: Int, imageWidth: Int) {
        self.keyWidth = keyWidth
        self.imageWidth = imageWidth
    }

    var keyColumns: [String] { (0..<keyWidth).map { "k\($0)" } }
    var imageColumns: [String] { (0..<imageWidth).map { "c\($0)" } }

    /// Columns without a declared type take every value as it is.
    func createTable(_ name: String) -> String {
        let columns = ["seq INTEGER PRIMARY KEY", "kind", "tbl"] + keyColumns + imageColumns
        return "CREATE TABLE \(name) (\(columns.joined(separator: ", ")))"
    }

    func select(from table: String) -> String {
        let columns = ["seq", "kind", "tbl"] + keyColumns + imageColumns
        return "SELECT \(columns.joined(separator: ", ")) FROM \(table) WHERE seq > ? ORDER BY seq"
    }
}

/// What the log says of a row: what it was before.
struct LogEntry {
    enum Kind: Int64 {
        /// It was put in; before, it was not there.
        case appeared = 1
        /// It was about to be changed, and will be there afterwards.
        case changed = 2
        /// It was about to be taken out, to get another key, or to be pushed out by a REPLACE.
        case left = 3
        /// A row was about to get this key; unless something is known of that key already, no row had it.
        case arriving = 4
    }
}

/// The rows that log entries name, each with what it was before the first of them.
struct UndoLog {
    private(set) var rows: [(key: RowKey, before: Row?)] = []
    private var index: [RowKey: Int] = [:]
    /// Rows of which an entry says that they may have gone.
    private var mayBeGone: Set<RowKey> = []
    /// The number of the last entry read.
    private(set) var lastSequence: Int64 = 0

    /// Reads the entries after the given one.
    mutating func read(
        from name: String, after sequence: Int64 = 0, shape: LogShape, tables: [Table?], _ connection: SQLiteConnection
    ) throws {
        let entries = try connection.statement(shape.select(from: name))
        defer { entries.reset() }
        try entries.bind(sequence, at: 1)
        lastSequence = max(lastSequence, sequence)
        while try entries.step() {
            lastSequence = entries.int64(0)
            guard let kind = LogEntry.Kind(rawValue: entries.int64(1)) else { continue }
            let number = Int(entries.int64(2))
            guard tables.indices.contains(number), let table = tables[number] else { continue }
            let key = RowKey(table: number, key: Row(entries, 3..<(3 + table.keyNames.count)))
            add(kind, key) {
                let start = 3 + shape.keyWidth
                return Row(entries, start..<(start + table.columns.count))
            }
        }
    }

    private mutating func add(_ kind: LogEntry.Kind, _ key: RowKey, image: () -> Row) {
        if let known = index[key] {
            // It was put in although it was never taken out, so what is known of it came after: a trigger of the
            // API's own was ahead of ours.
            if kind == .appeared && !mayBeGone.contains(key) { rows[known].before = nil }
        } else {
            index[key] = rows.count
            rows.append((key, kind == .appeared || kind == .arriving ? nil : image()))
        }
        if kind == .left { mayBeGone.insert(key) }
    }
}

extension Row {
    /// Packs columns of the statement's current row, byte for byte.
    init(_ statement: SQLiteStatement, _ columns: Range<Int>) {
        // Exactly: the rows of every state found are kept.
        self.init(reservingBytes: columns.reduce(0) { $0 + statement.packedBytes($1) })
        for column in columns {
            switch statement.type(column) {
            case .null: appendNull()
            case .integer: append(statement.int64(column))
            case .real: append(statement.double(column))
            case .text: appendText(statement.bytes(column))
            case .blob: appendBlob(statement.bytes(column))
            }
        }
    }

    /// Binds every cell, from the given parameter on.
    /// - Returns: the parameter after the last one bound.
    @discardableResult
    func bind(to statement: SQLiteStatement, from parameter: Int) throws(SQLiteError) -> Int {
        var parameter = parameter
        try forEachCell { (cell) throws(SQLiteError) in
            switch cell {
            case .null: try statement.bindNull(at: parameter)
            case .integer(let number): try statement.bind(number, at: parameter)
            case .real(let number): try statement.bind(number, at: parameter)
            case .text(let bytes): try statement.bindText(bytes, at: parameter)
            case .blob(let bytes): try statement.bindBlob(bytes, at: parameter)
            }
            parameter += 1
        }
        return parameter
    }
}

extension SQLiteStatement {
    /// How long a cell is in a packed row.
    fileprivate func packedBytes(_ column: Int) -> Int {
        switch type(column) {
        case .null: 1
        case .integer, .real: 9
        case .text, .blob: 5 + bytes(column).count
        }
    }
}
