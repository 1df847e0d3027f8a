//! Messages of go-plugin and of gRPC's health service.

use super::messages;

messages! {
    Empty {}
    StdioData {
        #[prost(int32, tag = "1")] channel: i32,
        #[prost(bytes = "vec", tag = "2")] data: Vec<u8>,
    }
    HealthResponse {
        #[prost(int32, tag = "1")] status: i32,
    }
}
