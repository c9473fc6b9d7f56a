"""A stand-in for Microsoft Entra ID and Azure Resource Manager on the own machine, for trying the product and for tests.

It shares nothing with the code that talks to Azure but the address book (`azure.clouds`), so that neither can hide
the other's mistakes.
"""
