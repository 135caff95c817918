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

/// SplitMix64 (Steele, Lea & Flood 2014): small, fast, the same everywhere. Not for secrets.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
