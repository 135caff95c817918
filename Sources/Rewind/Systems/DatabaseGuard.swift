/// Which databases may be explored.
public enum DatabaseGuard: Sendable, Hashable {
    /// Those that look like test databases, by their name or place.
    case testDatabasesOnly
    /// Any. Exploring puts every change back, yet while it runs, and until `rewind restore` after a crash, the
    /// database holds what the API was made to write.
    case anyDatabase

    /// The words that mark a test database.
    private static let markers: Set<String> = [
        "test", "tests", "testing", "testdata", "testdb", "demo", "tmp", "temp", "dev", "sandbox", "rewind",
    ]

    /// Whether one of the words of a name marks a test database.
    ///
    /// Words are told apart by anything but letters, and by a capital after a small letter: so `testDb` counts and
    /// `latest` does not.
    public static func looksLikeTest(_ name: String) -> Bool {
        words(in: name).contains { markers.contains($0) }
    }

    /// What such a word may be, for messages.
    public static let markersInSentence = "test, demo, tmp, temp, dev, sandbox, rewind"

    private static func words(in name: String) -> [String] {
        var words: [String] = [""]
        var previous: Character = " "
        for character in name {
            let startsWord = character.isUppercase && previous.isLowercase
            if !character.isLetter || startsWord { words.append("") }
            if character.isLetter { words[words.count - 1].append(contentsOf: character.lowercased()) }
            previous = character
        }
        return words
    }
}
