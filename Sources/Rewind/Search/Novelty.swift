/// The kind of edge taken least often goes first; among equals that of the earlier state and action, and of one kind the oldest.
struct Novelty: Frontier {
    private var queues: [Int: BreadthFirst] = [:]
    private var timesTaken: [Int: Int] = [:]

    var count: Int { queues.values.reduce(0) { $0 + $1.count } }

    mutating func insert(_ new: [Edge]) {
        for edge in new { queues[edge.kind, default: BreadthFirst()].insert([edge]) }
    }

    mutating func next() -> Edge? {
        let rarest = queues.filter { $0.value.count > 0 }.keys.min { rank($0) < rank($1) }
        guard let rarest else { return nil }
        timesTaken[rarest, default: 0] += 1
        return queues[rarest]?.next()
    }

    private func rank(_ kind: Int) -> (Int, Int) { (timesTaken[kind, default: 0], kind) }
}
