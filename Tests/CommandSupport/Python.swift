import Foundation

/// The Python that runs the examples; its standard library is all they need.
package enum Python {
    /// Whether there is one in `PATH`.
    package static let isThere = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/python3") }
}

/// The files of this repository.
package enum Repository {
    package static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
