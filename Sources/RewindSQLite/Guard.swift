import Foundation
import Rewind

/// Which databases may be explored.
public enum DatabaseGuard: Sendable, Hashable {
    /// Those that look like test databases, by their name or place.
    case testDatabasesOnly
    /// Any. Exploring puts every change back, yet while it runs, and until `rewind restore` after a crash, the
    /// database holds what the API was made to write.
    case anyDatabase
}

extension DatabaseGuard {
    /// The words that mark a test database, in the name of the file or a folder above it.
    static let markers: Set<String> = [
        "test", "tests", "testing", "testdata", "testdb", "demo", "tmp", "temp", "dev", "sandbox", "rewind",
    ]

    /// Makes sure that a file may be explored, going by its path alone. ``SQLiteSystem/begin()`` does so itself; ask
    /// earlier before starting an API that would write to it.
    /// - Throws: `SystemError` of kind `.protected` when the file must not be explored.
    public func check(_ path: String) throws {
        guard self == .testDatabasesOnly, !Self.looksLikeTest(path) else { return }
        throw SystemError(
            .protected,
            """
            \(path) does not look like a test database: neither its name nor a folder above it has one of the words \
            test, demo, tmp, temp, dev, sandbox, rewind. Exploring makes the API write to it. If that is meant, allow \
            it with guarding: .anyDatabase, or --any-database on the command line.
            """)
    }

    /// Words are told apart by anything but letters, and by a capital after a small letter: so `testDb` counts and
    /// `latest` does not.
    static func looksLikeTest(_ path: String) -> Bool {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let temporary = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        if file.path.hasPrefix(temporary.path + "/") { return true }
        return file.pathComponents.contains { component in
            words(in: component).contains { markers.contains($0) }
        }
    }

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

/// Checks that there is a file Rewind can write beside.
/// - Throws: `SystemError` of kind `.unreachable` with the reason.
func checkAccess(_ path: String) throws {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw SystemError(
            .unreachable,
            "There is no database at \(path). Start the API once so that it makes the file, or correct the path.")
    }
    if isDirectory.boolValue {
        throw SystemError(.unreachable, "\(path) is a folder, not a database. Name the file in it.")
    }
    guard FileManager.default.isWritableFile(atPath: path) else {
        throw SystemError(
            .unreachable, "The database \(path) is read-only for this user. Rewind has to write to it to go back.")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
        throw SystemError(
            .unreachable,
            "The folder \(folder) is read-only for this user. SQLite has to make its journal beside the database.")
    }
}
