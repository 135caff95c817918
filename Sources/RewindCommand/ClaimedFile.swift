import Foundation

/// A file that one process has for itself, for as long as it lives.
///
/// The system lets go of it when the process dies, however it does. Processes that it started do not have it.
enum ClaimedFile {
    /// Makes the file anew, for its owner alone, and opens it for writing.
    static func create(at url: URL) throws -> FileHandle {
        // Under another name at first: it is never there without being claimed.
        let unclaimed = url.path + "~"
        let file = open(unclaimed, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        guard flock(file, LOCK_EX | LOCK_NB) == 0, rename(unclaimed, url.path) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        return handle
    }

    /// Opens a file that nobody has, so that nobody else will; `nil` when somebody has it.
    static func claim(at url: URL) throws -> FileHandle? {
        let file = open(url.path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw CocoaError(.fileReadNoSuchFile) }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        return flock(file, LOCK_EX | LOCK_NB) == 0 ? handle : nil
    }
}
