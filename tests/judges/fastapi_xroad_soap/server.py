"""A register that speaks SOAP by fastapi-xroad-soap. Runs in the judge's own environment; prints its port first."""

import socket

import uvicorn
from fastapi_xroad_soap import MessageBody, SoapService
from fastapi_xroad_soap.elements import String, SwaRef

soap = SoapService(this_namespace="http://register.example/civil")


class personDetails(MessageBody):
    number = String()


class personDetailsResponse(MessageBody):
    name = String()


class photoOf(MessageBody):
    file = SwaRef.Element()


class photoOfResponse(MessageBody):
    size = String()
    file = SwaRef.Element()


@soap.action("personDetails")
def details(body: personDetails) -> personDetailsResponse:
    return personDetailsResponse(name=f"Người {body.number}")


@soap.action("photoOf")
def photo(body: photoOf) -> photoOfResponse:
    content = body.file.content
    return photoOfResponse(size=str(len(content)), file=SwaRef.File(name="back.bin", content=content[::-1]))


listening = socket.socket()
listening.bind(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(soap, log_level="warning")).run(sockets=[listening])
