import Rewind

/// What a run found, against what the run before found, by the ids of counterexamples.
///
/// An id is made of the rule and the path. Another strategy, seed or limit may find another path to the same bug, which
/// then counts as new.
public struct RunComparison: Sendable, Hashable {
    /// A counterexample in short.
    public struct Found: Sendable, Hashable {
        public let id: String
        public let rule: String

        public init(id: String, rule: String) {
            self.id = id
            self.rule = rule
        }
    }

    /// The id of the run before.
    public let earlier: String
    /// In the order of the later run.
    public let new: [Found]
    public let still: [Found]
    /// In the order of the earlier run.
    public let gone: [Found]

    /// - Parameters:
    ///   - found: by this run.
    ///   - before: by the run before.
    ///   - earlier: the id of the run before.
    public init(_ found: [Found], against before: [Found], of earlier: String) {
        let (ids, earlierIDs) = (Set(found.map(\.id)), Set(before.map(\.id)))
        self.earlier = earlier
        new = found.filter { !earlierIDs.contains($0.id) }
        still = found.filter { earlierIDs.contains($0.id) }
        gone = before.filter { !ids.contains($0.id) }
    }

    /// Whether neither run found anything.
    public var isEmpty: Bool { new.isEmpty && still.isEmpty && gone.isEmpty }

    /// For a terminal: “Against run 20261121-130410: 1 new (c9a9a3d3 no_over_refund), 2 still there, 1 not seen again
    /// …”.
    public var line: String {
        func part(_ found: [Found], _ what: String) -> String {
            let list = found.map { "\($0.id) \(printable($0.rule))" }.joined(separator: ", ")
            return "\(grouped(found.count)) \(what)" + (list.isEmpty ? "" : " (\(list))")
        }
        let parts = [part(new, "new"), part(still, "still there"), part(gone, "not seen again")]
        return "Against run \(earlier): " + parts.joined(separator: "; ")
    }
}
