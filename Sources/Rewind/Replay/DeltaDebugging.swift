/// Which parts of something that fails to leave out next: *ddmin* (Zeller & Hildebrandt, “Simplifying and Isolating
/// Failure-Inducing Input”, 2002, figure 3). Takes answers and proposes candidates; who tries them is not its concern.
///
/// When it ends, no single element can be left out.
struct DeltaDebugging<Element: Hashable & Sendable>: Sendable {
    /// The smallest that is known to fail.
    private(set) var smallest: [Element]
    /// In how many parts it is divided.
    private var granularity = 2
    /// What is still to be tried of this division, the next last; and whether each is a part or all but one.
    private var candidates: [(elements: [Element], isPart: Bool)] = []
    private var underTrial: Bool?
    /// Whether all of this division was tried in vain.
    private var isDivided = false

    init(_ failing: [Element]) { smallest = failing }

    /// What to try next; `nil` at the end.
    mutating func next() -> [Element]? {
        while smallest.count > 1 {
            if let candidate = candidates.popLast() {
                underTrial = candidate.isPart
                return candidate.elements
            }
            if isDivided {
                if granularity >= smallest.count { return nil }
                granularity = min(2 * granularity, smallest.count)
            }
            divide()
        }
        return nil
    }

    /// Takes in that the candidate fails as well, or what is even smaller and does.
    mutating func note(failing: [Element]) {
        smallest = failing
        granularity = underTrial == true ? 2 : max(granularity - 1, 2)
        granularity = min(granularity, max(2, smallest.count))
        candidates = []
        isDivided = false
    }

    private mutating func divide() {
        isDivided = true
        let bounds = (0...granularity).map { $0 * smallest.count / granularity }
        let ranges = zip(bounds, bounds.dropFirst()).map { $0..<$1 }
        let parts = ranges.map { (Array(smallest[$0]), true) }
        // With two parts, each is all but the other.
        let others =
            granularity == 2
            ? [] : ranges.map { (Array(smallest[..<$0.lowerBound] + smallest[$0.upperBound...]), false) }
        candidates = Array((parts + others).reversed())
    }
}
