/// “ Did you mean …?” for a name that is not known, or else all names that are.
func suggestion(for name: String, among names: [String]) -> String {
    let tolerance = max(1, name.count / 3)
    let nearest = names.map { (name: $0, distance: editDistance(name, $0)) }.min { $0.distance < $1.distance }
    if let nearest, nearest.distance <= tolerance { return " Did you mean \(nearest.name)?" }
    return names.isEmpty ? "" : " There are \(names.joined(separator: ", "))."
}

/// How many characters must be put in, left out or replaced to make one text of the other (Levenshtein 1966).
private func editDistance(_ a: String, _ b: String) -> Int {
    let target = Array(b)
    var distances = Array(0...target.count)
    for (row, character) in a.enumerated() {
        var diagonal = distances[0]
        distances[0] = row + 1
        for column in target.indices {
            let replaced = diagonal + (target[column] == character ? 0 : 1)
            diagonal = distances[column + 1]
            distances[column + 1] = min(replaced, diagonal + 1, distances[column] + 1)
        }
    }
    return distances[target.count]
}
