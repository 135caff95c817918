/// Every edge has the same chance. The order depends on the seed alone.
struct RandomWalk: Frontier {
    private var edges: [Edge] = []
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    var count: Int { edges.count }

    mutating func insert(_ new: [Edge]) { edges.append(contentsOf: new) }

    mutating func next() -> Edge? {
        guard !edges.isEmpty else { return nil }
        edges.swapAt(Int.random(in: edges.indices, using: &random), edges.count - 1)
        return edges.removeLast()
    }
}
