import Rewind

/// Everything that was found wrong in an exploration file and its imports, in order of place.
public struct FileErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    public let errors: [FileError]

    public init(_ errors: [FileError]) { self.errors = errors }

    /// One line each: `payments.yaml:12:5: …`.
    public var description: String { errors.map(\.description).joined(separator: "\n") }

    /// The same without what the file took from the environment.
    func hiding(_ secrets: Set<String>) -> FileErrors {
        let redaction = Redaction.standard.hiding(literals: secrets)
        return FileErrors(errors.map { FileError(redaction.sentence($0.message), at: $0.position) })
    }
}
