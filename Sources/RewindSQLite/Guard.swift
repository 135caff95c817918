import Foundation
import Rewind

extension DatabaseGuard {
    /// Makes sure that a file may be explored, going by its path alone. ``SQLiteSystem/begin()`` does so itself; ask
    /// earlier before starting an API that would write to it.
    /// - Throws: `SystemError` of kind `.protected` when the file must not be explored.
    public func check(_ path: String) throws {
        guard self == .testDatabasesOnly, !Self.isTestFile(path) else { return }
        throw SystemError(
            .protected,
            """
            \(path) does not look like a test database: neither its name nor a folder above it has one of the words \
            \(Self.markersInSentence). Exploring makes the API write to it. If that is meant, allow it with guarding: \
            .anyDatabase, or --any-database on the command line.
            """)
    }

    private static func isTestFile(_ path: String) -> Bool {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let temporary = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        if file.path.hasPrefix(temporary.path + "/") { return true }
        return file.pathComponents.contains(where: looksLikeTest)
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
