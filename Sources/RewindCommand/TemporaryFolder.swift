import Foundation

/// Folders in the system's temporary directory that go with the process that made them, or, when that was killed, with the
/// next one that makes such a folder.
enum TemporaryFolder {
    /// Makes a folder, and removes those of its kind whose makers are gone.
    /// - Returns: what has to be kept for as long as the folder is used: others see by it that its maker lives.
    static func make(at folder: URL, kind: String) throws -> FileHandle {
        removeLeftovers(of: kind, in: folder.deletingLastPathComponent())
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try ClaimedFile.create(at: claimFile(in: folder))
    }

    /// The lock of a file is let go of by the system when a process dies, however it does; a process id may be another's.
    private static func removeLeftovers(of kind: String, in directory: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        for name in names where name.hasPrefix(kind) {
            let folder = directory.appendingPathComponent(name)
            // Without the file, it was made a moment ago, or by somebody else.
            guard let claim = (try? ClaimedFile.claim(at: claimFile(in: folder))).flatMap({ $0 }) else { continue }
            try? FileManager.default.removeItem(at: folder)
            try? claim.close()
        }
    }

    private static func claimFile(in folder: URL) -> URL { folder.appendingPathComponent("in-use") }
}
