import Foundation
import Rewind
import RewindPostgres
import Synchronization

/// A database and copies of it, handed out one by one.
final class CopiedDatabases: Sendable {
    private let unused: Mutex<[DatabaseUnderTest]>
    private let copies: DatabaseCopies?

    /// Nobody may be connected to the database.
    init(of original: DatabaseUnderTest, count: Int) async throws {
        var copies: DatabaseCopies?
        var locations: [DatabaseUnderTest.Location] = []
        switch original.location {
        case _ where count == 0: break
        case .url(let url):
            let made = try await DatabaseCopies.make(of: url, count: count, guarding: original.guarding)
            copies = made
            locations = made.urls.map { .url($0) }
        case .file(let path):
            for number in 1...count {
                let copy = original.directory.appendingPathComponent("copy-\(number)-test.sqlite").path
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                locations.append(.file(copy))
            }
        }
        self.copies = copies
        let databases = try locations.enumerated().map { number, location in
            let directory = original.directory.appendingPathComponent("worker-\(number + 2)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            return DatabaseUnderTest(
                location: location, guarding: original.guarding, directory: directory, name: original.name)
        }
        unused = Mutex([original] + databases)
    }

    /// The original first, then a copy at a time; `nil` when none is left.
    func next() -> DatabaseUnderTest? {
        unused.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    /// Drops the copies. Files go with the directory that they are in.
    func remove() async {
        do {
            try await copies?.remove()
        } catch {
            Terminal.note("Copies of the database were left behind: \(error)")
        }
    }
}
