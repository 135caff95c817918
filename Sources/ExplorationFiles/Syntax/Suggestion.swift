/// “Did you mean …?”
enum Suggestion {
    /// The nearest of the known names with a space before it, or nothing when none is near.
    static func sentence(for name: String, among known: some Sequence<String>) -> String {
        nearest(to: name, among: known).map { " Did you mean “\($0)”?" } ?? ""
    }

    /// The known name with the smallest edit distance, if a typing error may have led from it to the name.
    static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        let word = Array(name.prefix(100))
        var best: (name: String, distance: Int)?
        // With more names than that, nobody waits for a suggestion.
        for candidate in known.prefix(200) {
            let other = Array(candidate.prefix(100))
            let most = max(1, min(3, max(word.count, other.count) / 3))
            guard abs(other.count - word.count) <= most else { continue }
            let isSameWord = name.lowercased() == candidate.lowercased()
            let distance = isSameWord ? 0 : distance(word, other)
            if distance <= most, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// How many characters to insert, delete, replace or swap with their neighbour.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var current = [i + 1]
            for (j, right) in b.enumerated() {
                var least = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (left == right ? 0 : 1))
                if i > 0, j > 0, left == b[j - 1], a[i - 1] == right { least = min(least, beforePrevious[j - 1] + 1) }
                current.append(least)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
