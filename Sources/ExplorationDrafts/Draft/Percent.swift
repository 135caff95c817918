import Foundation

extension String {
    /// With `%2F` and the like as characters; as it is when that makes no text.
    var percentDecoded: String { removingPercentEncoding ?? self }

    /// For one segment of a path.
    var percentEncoded: String {
        addingPercentEncoding(
            withAllowedCharacters: CharacterSet(
                charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) ?? self
    }
}
