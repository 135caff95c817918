import Foundation

/// Tells when the last process of a server has ended, its sessions included: all of them inherit the writing end of a named
/// pipe from it, and nobody else has one.
final class Life: Sendable {
    private let descriptor: Int32

    /// To be made before the server starts: a pipe that nobody has opened for writing yet has not ended.
    init(_ directory: PrivateDirectory) throws {
        descriptor = open(directory.life, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw PostgresFailure.unusableDirectory(path: directory.path, reason: String(cString: strerror(errno)))
        }
    }

    deinit { close(descriptor) }

    func hasEnded(within deadline: Deadline) -> Bool {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            if poll(&event, 1, deadline.milliseconds) > 0 { return event.revents & Int16(POLLHUP) != 0 }
            if deadline.isPast { return false }
        }
    }
}
