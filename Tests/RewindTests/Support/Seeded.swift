@testable import Rewind

/// Runs a law of a value many times; a failure names the seed, which alone decides the case.
func forEachSeed(_ count: Int = 300, _ body: (inout SeededRandom, UInt64) throws -> Void) rethrows {
    for seed in 1...UInt64(count) {
        var random = SeededRandom(seed: seed)
        try body(&random, seed)
    }
}

extension SeededRandom {
    mutating func value() -> Value {
        switch Int.random(in: 0..<6, using: &self) {
        case 0: .null
        case 1: .integer(Int64.random(in: .min ... .max, using: &self))
        case 2: .integer(Int64.random(in: 0...3, using: &self))
        case 3: .real(Double.random(in: -10...10, using: &self))
        case 4: .text(["", "paid", "ünïcode 🙂", "a\u{0}b"].randomElement(using: &self) ?? "")
        default: .blob((0..<Int.random(in: 0...4, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) })
        }
    }

    mutating func row() -> Row { Row((0..<Int.random(in: 0...4, using: &self)).map { _ in value() }) }

    /// A few changes that could have happened to the content one after another, and the content after them.
    mutating func changes(of content: inout Content, count: Int) -> [RowChange] {
        (0..<count).map { _ in
            let table = Bool.random(using: &self) ? "orders" : "refunds"
            let key = Row([.integer(Int64.random(in: 1...4, using: &self))])
            let place = Content.Place(table: table, key: key)
            let after = Int.random(in: 0..<4, using: &self) == 0 ? nil : row()
            let change = RowChange(table: table, key: key, before: content.rows[place], after: after)
            content.rows[place] = after
            return change
        }
    }
}

/// The content of a system, as plainly as it can be said: what change sets are checked against.
struct Content: Hashable {
    struct Place: Hashable {
        let table: String
        let key: Row
    }

    var rows: [Place: Row] = [:]

    var fingerprint: Fingerprint {
        rows.reduce(into: .zero) { $0 += Fingerprint(table: $1.key.table, row: $1.value) }
    }

    /// The content after the change set, or `nil` when it does not start here.
    func applying(_ changes: ChangeSet) -> Content? {
        var after = self
        for change in changes.rows {
            let place = Place(table: change.table, key: change.key)
            guard rows[place] == change.before else { return nil }
            after.rows[place] = change.after
        }
        return after
    }
}
