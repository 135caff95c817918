/// A way through the graph, collected step by step and squashed once: a jump makes no change set for each state it
/// passes.
struct Way {
    private var rows: [RowChange] = []
    private var counters: [RowChange] = []

    /// Goes on by a step.
    mutating func append(_ step: ChangeSet) {
        rows.append(contentsOf: step.rows)
        counters.append(contentsOf: step.counters)
    }

    /// Goes on by undoing a step.
    mutating func append(inverseOf step: ChangeSet) {
        for change in step.rows { rows.append(change.inverted) }
        for change in step.counters { counters.append(change.inverted) }
    }

    /// What the way adds up to.
    var difference: ChangeSet { ChangeSet(squashing: rows, counters: counters) }
}
