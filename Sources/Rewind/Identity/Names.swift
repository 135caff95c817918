/// The generated values that live in a state, each known by its order of appearance.
///
/// A value is kept as its fingerprint. Numbers are apart by namespace (order 1 is not refund 1); texts are unique by
/// themselves, whatever column they show up in.
struct Names: Sendable, Hashable {
    struct Name: Sendable, Hashable {
        /// The value, with its namespace where it needs one.
        let value: Fingerprint
        /// What it is called: its space and its rank there, as one number.
        let name: UInt64

        /// The kind of thing it names: a table for numbers, the column of first appearance for texts.
        var space: UInt32 { UInt32(name >> 32) }
    }

    private(set) var living: [Name] = []

    var isEmpty: Bool { living.isEmpty }

    /// The value's name, or `nil` when it was not generated on this path.
    func name(of value: Fingerprint) -> UInt64? {
        living.first { $0.value == value }?.name
    }

    /// Names the value unless it has a name already.
    mutating func add(_ value: Fingerprint, space: UInt32) {
        guard name(of: value) == nil else { return }
        let rank = living.count { $0.space == space }
        living.append(Name(value: value, name: UInt64(space) << 32 | UInt64(rank)))
    }

    /// The same things ranked anew, without those that no longer exist.
    func keeping(_ exists: (Fingerprint) -> Bool) -> Names {
        var kept = Names()
        kept.living.reserveCapacity(living.count)
        for name in living where exists(name.value) { kept.add(name.value, space: name.space) }
        return kept
    }
}
