import Foundation
import Rewind

/// The result as JSON for other programs: a ``ResultDocument``.
public struct JSONReport: Sendable {
    private let document: ResultDocument

    /// - Parameter exploration: its name, which is part of what the violations' ids are made of.
    public init(_ result: ExplorationResult, exploration: String = "", redaction: Redaction = .standard) {
        document = ResultDocument(result, exploration: exploration, redaction: redaction)
    }

    /// The document, with sorted keys and a line break at its end.
    /// - Throws: `EncodingError`, if a number can't be written as JSON.
    public func data() throws -> Data { try document.data() }
}
