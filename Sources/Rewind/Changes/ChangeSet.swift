/// What became of one row: its content before and after, `nil` where it did not exist.
public struct RowChange: Sendable, Hashable {
    /// The table's name, as the system spells it.
    public var table: String
    /// What identifies the row within its table for as long as it lives.
    public var key: Row
    public var before: Row?
    public var after: Row?

    public init(table: String, key: Row, before: Row?, after: Row?) {
        self.table = table
        self.key = key
        self.before = before
        self.after = after
    }

    /// The change that undoes this one.
    public var inverted: RowChange { RowChange(table: table, key: key, before: after, after: before) }
}

/// A difference between two states of a system: at most one change for each row, none without effect.
///
/// Change sets form a groupoid: `a.then(b)` goes on from where `a` ends, `a.inverted` goes back, and
/// `a.then(a.inverted)` is empty. Everything Rewind does (rewinding, jumping between states, identity, the diff in the
/// report) is made of these.
public struct ChangeSet: Sendable, Hashable {
    /// Changes of content, in order of each row's first change.
    public let rows: [RowChange]
    /// Changes of what only generates ids: sequences and auto-increment counters. A counter is a row with one cell, its
    /// table naming the kind of counter. Restored by every move, never part of a state's identity.
    public let counters: [RowChange]

    /// No change at all.
    public static let empty = ChangeSet()

    /// Squashes changes that happened one after another.
    public init(squashing rows: [RowChange] = [], counters: [RowChange] = []) {
        self.rows = squashed(rows)
        self.counters = squashed(counters)
    }

    private init(rows: [RowChange], counters: [RowChange]) {
        self.rows = rows
        self.counters = counters
    }

    /// Whether nothing changed, counters included.
    public var isEmpty: Bool { rows.isEmpty && counters.isEmpty }

    /// Whether content changed. A counter that moved on is not content: databases burn ids in refused requests.
    public var changesContent: Bool { !rows.isEmpty }

    /// The change set that goes back. Cost: one pass.
    public var inverted: ChangeSet {
        ChangeSet(rows: rows.map(\.inverted), counters: counters.map(\.inverted))
    }

    /// This change set, and then another that starts where this one ends.
    public func then(_ next: ChangeSet) -> ChangeSet {
        if next.isEmpty { return self }
        if isEmpty { return next }
        return ChangeSet(squashing: rows + next.rows, counters: counters + next.counters)
    }

    /// Several change sets, each starting where the one before it ends. Squashes once, so it beats repeated `then`.
    public static func joined(_ steps: [ChangeSet]) -> ChangeSet {
        if steps.count == 1 { return steps[0] }
        return ChangeSet(squashing: steps.flatMap(\.rows), counters: steps.flatMap(\.counters))
    }

    /// The same, with rows that an earlier step wrote taken from there, so that they are in memory once.
    func sharing(with earlier: ChangeSet) -> ChangeSet {
        ChangeSet(rows: shared(rows, with: earlier.rows), counters: shared(counters, with: earlier.counters))
    }

    /// What to add to the fingerprint of the content before to get that of the content after.
    public var fingerprintDelta: Fingerprint {
        rows.reduce(into: .zero) { delta, change in
            if let after = change.after { delta += Fingerprint(table: change.table, row: after) }
            if let before = change.before { delta -= Fingerprint(table: change.table, row: before) }
        }
    }

    /// The tables whose content changed, sorted.
    public var tables: [String] { Set(rows.map(\.table)).sorted() }

    /// The part that concerns other tables than these.
    public func leavingOut(tables excluded: Set<String>) -> ChangeSet {
        if excluded.isEmpty { return self }
        return ChangeSet(rows: rows.filter { !excluded.contains($0.table) }, counters: counters)
    }
}

/// Joins the changes of each row into one, from its first `before` to its last `after`, and drops those that end where
/// they began.
private func squashed(_ changes: [RowChange]) -> [RowChange] {
    if changes.isEmpty { return [] }
    var joined: [RowChange] = []
    joined.reserveCapacity(changes.count)
    var index = RowIndex(isLarge: changes.count > RowIndex.smallCount)
    for change in changes {
        if let known = index.position(of: change, in: joined) {
            joined[known].after = change.after
        } else {
            joined.append(change)
        }
    }
    joined.removeAll { $0.before == $0.after }
    return joined
}

/// What a row was before a change is what it became by the change before.
private func shared(_ changes: [RowChange], with earlier: [RowChange]) -> [RowChange] {
    changes.map { change in
        guard let last = earlier.first(where: { $0.key == change.key && $0.table == change.table }) else {
            return change
        }
        let before = change.before == last.after ? last.after : change.before
        return RowChange(table: last.table, key: last.key, before: before, after: change.after)
    }
}

/// Finds a row among those seen: by looking at all while they are few, which beats hashing, and by a table when many.
private struct RowIndex {
    static let smallCount = 16

    private struct Identity: Hashable {
        let table: String
        let key: Row
    }

    private var positions: [Identity: Int] = [:]
    private let isLarge: Bool

    init(isLarge: Bool) { self.isLarge = isLarge }

    /// The position of an earlier change of that row, or `nil` when it is the first and belongs at the end.
    mutating func position(of change: RowChange, in joined: [RowChange]) -> Int? {
        if !isLarge { return joined.firstIndex { $0.key == change.key && $0.table == change.table } }
        let identity = Identity(table: change.table, key: change.key)
        if let known = positions[identity] { return known }
        positions[identity] = joined.count
        return nil
    }
}
